namespace PSBan.Tests.Support;

/// <summary>
/// A fact that wants real parts of the machine (<c>nft</c>, <c>fail2ban-regex</c>, <c>root</c>, a path). Where one is missing the test is skipped and says
/// which, unless the environment variable <c>PSBAN_TEST_REQUIRE</c> is set: then it runs and fails, so that a full machine cannot pass by skipping.
/// </summary>
public sealed class RequiresFactAttribute : FactAttribute
{
    public RequiresFactAttribute(params string[] needs) => Skip = Requirements.Missing(needs);
}

/// <summary>A theory that wants real parts of the machine; see <see cref="RequiresFactAttribute"/>.</summary>
public sealed class RequiresTheoryAttribute : TheoryAttribute
{
    public RequiresTheoryAttribute(params string[] needs) => Skip = Requirements.Missing(needs);
}
