using PSBan.Matching.Patterns;

namespace PSBan.Tests.Matching.Patterns;

public sealed class ForgeLintTests
{
    private const string AnyText = "A part that takes any text stands before the address, and what follows the address is not tied to the end of the line by '$': "
        + "who can write into the log can put an address of his choice there. Be exact about what may stand between, or tie the end.";

    private const string Untied = "Neither the start nor the end of the line is tied by '^' or '$': who can write into the log can imitate the whole message, "
        + "with an address of his choice. Begin the pattern with '^'.";

    [Theory]
    [InlineData("^login failed for .* from <HOST>")]
    [InlineData("^login failed for <F-USER>.+</F-USER> from <HOST>: .*$")]
    [InlineData("(?:^a|^b).*<HOST> x")]
    public void Any_text_before_an_address_that_is_not_tied_to_the_end_is_told(string pattern) => Assert.Equal([AnyText], Pattern.Compile(pattern).Warnings);

    [Theory]
    [InlineData("login failed from <HOST>")]
    [InlineData("(?:^a|b) from <HOST>")]
    public void A_pattern_tied_to_neither_end_is_told(string pattern) => Assert.Equal([Untied], Pattern.Compile(pattern).Warnings);

    [Theory]
    [InlineData("^login failed from <HOST>")]
    [InlineData(@"^login failed for .* from <HOST>\s*$")]
    [InlineData(@"^login failed for .* from <HOST>(?: port \d+)?$")]
    [InlineData("^login failed for [^ ]+ from <HOST> .*")]
    [InlineData("login failed for .*")]
    public void Other_patterns_are_not(string pattern) => Assert.Empty(Pattern.Compile(pattern).Warnings);
}
