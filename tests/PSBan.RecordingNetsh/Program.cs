using PSBan.RecordingNetsh;

// netsh -f FILE runs every line, whether or not one before it has failed, and ends with 1 if any has.
string[] lines = args is ["-f", var path] ? File.ReadAllLines(path) : [string.Join(' ', args)];
var store = new RuleStore();
int failed = 0;
Journal.Write($"# {lines.Length}");
foreach (string line in lines.Where(line => line.Trim().Length > 0 && line[0] != '#'))
{
    string? error = Interpreter.Run(line, store);
    Journal.Write(error is null ? line : $"{line} !! {error}");
    Console.Out.WriteLine(error is null ? "Ok.\r\n" : error + "\r\n");
    failed += error is null ? 0 : 1;
}

store.Save();
return failed == 0 ? 0 : 1;
