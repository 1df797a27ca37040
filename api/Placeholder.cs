namespace FangFanPin.Api;
internal static class Placeholder;
