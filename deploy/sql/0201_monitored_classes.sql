-- Who asks for monitored people of a type had the row of every monitored household read for its class.
drop index household_monitored;
create index household_monitored on household (village, code, monitor_category, risk_eliminated, recognized_month, eliminated_month, class) where monitor_category is not null;
