# Demonstration data through the real import. Source it after common.sh.
demo_stop() { :; }
demo_load() { :; }
