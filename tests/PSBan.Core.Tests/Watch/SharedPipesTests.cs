using System.Diagnostics;
using PSBan.Model;
using PSBan.Tests.Support;
using PSBan.Watch;

namespace PSBan.Tests.Watch;

/// <summary>Named pipes that several jails read.</summary>
public sealed class SharedPipesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("psban-");

    public void Dispose() => _folder.Delete(recursive: true);

    [RequiresFact("mkfifo")]
    public void A_pipe_that_is_read_under_two_names_is_told()
    {
        string pipe = Pipe();
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "link"), pipe);
        Problem problem = Assert.Single(Warnings("/pipe", "/link"));
        Assert.Equal(
            $"The jails 'one' and 'two' read the named pipe '{_folder.FullName}/link' apart from each other, as '{pipe}' and as '{_folder.FullName}/link'; "
            + "each gets only a part of the lines. Write the same logpath and logencoding, so that they share one reader.",
            problem.Message);
        Assert.Equal((ProblemSeverity.Warning, "two"), (problem.Severity, problem.Jail));
    }

    [RequiresFact("mkfifo")]
    public void A_glob_and_a_tail_are_other_readers_and_the_same_path_is_one()
    {
        Pipe();
        Assert.Single(Warnings("/pipe", "/p*"));
        Assert.Single(Warnings("/pipe head", "/pipe tail"));
        Assert.Empty(Warnings("/pipe", "/pipe"));
    }

    [Fact]
    public void Files_may_be_read_by_many()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "pipe"), "");
        Assert.Empty(Warnings("/pipe", "/p*"));
    }

    private string Pipe()
    {
        string path = Path.Combine(_folder.FullName, "pipe");
        using Process make = Process.Start("mkfifo", [path]);
        make.WaitForExit();
        Assert.Equal(0, make.ExitCode);
        return path;
    }

    private IEnumerable<Problem> Warnings(string one, string two)
    {
        Directory.CreateDirectory(Path.Combine(_folder.FullName, "filter.d"));
        File.WriteAllText(Path.Combine(_folder.FullName, "filter.d", "app.conf"), "[Definition]\nfailregex = ^ bad <HOST>$\n");
        File.WriteAllText(Path.Combine(_folder.FullName, "jail.conf"), $"""
            [DEFAULT]
            filter  = app
            backend = polling
            enabled = true

            [one]
            logpath = {_folder.FullName}{one}

            [two]
            logpath = {_folder.FullName}{two}
            """);
        return WatchPlan.Load(new WatchOptions { ConfigPath = _folder.FullName, StatePath = Path.Combine(_folder.FullName, "state") }).Problems.Where(problem => problem.Code == "PipeShared");
    }
}
