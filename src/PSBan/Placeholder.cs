namespace PSBan;

internal static class Placeholder;
