using PSBan.Firewalls.Nft;

namespace PSBan.Tests.Firewalls;

/// <summary>What the kernel answers when it is asked for the generation; that it does is shown with the real one.</summary>
public sealed class NftGenerationTests
{
    // As a kernel answered: NFTA_GEN_ID, NFTA_GEN_PROC_PID, NFTA_GEN_PROC_NAME ("python3"); the number is another one.
    private const string Answer = "30000000 0F0A 0000 00000000 836F0000 00000203 08000100 00010203 08000200 00006F83 0C000300 707974686F6E3300";

    [Fact]
    public void The_generation_is_the_number_behind_its_tag() => Assert.Equal(0x10203u, Parse(Answer));

    [Fact]
    public void The_generation_may_stand_behind_others() =>
        Assert.Equal(0x10203u, Parse("2C000000 0F0A 0000 00000000 B27E0000 00000007 07000300 78787800 08000100 00010203"));

    [Theory]
    [InlineData("")]
    [InlineData("2C000000 0F0A")]
    [InlineData("24000000 0200 0000 00000000 B27E0000 FFFFFFFF 14000000 100A0100 00000000 00000000")]
    [InlineData("14000000 0F0A 0000 00000000 B27E0000 00000007")]
    [InlineData("1C000000 0F0A 0000 00000000 B27E0000 00000007 08000100 0001")]
    [InlineData("1C000000 0F0A 0000 00000000 B27E0000 00000007 00000000 00000000 FFFF0100 01020304")]
    [InlineData("1C000000 0F0A 0000 00000000 B27E0000 00000007 FFFF0900 08000100 00010203")]
    public void Anything_else_is_no_generation(string hex) => Assert.Null(Parse(hex));

    [Fact]
    public void Every_part_of_an_answer_is_read_without_going_beyond_it()
    {
        byte[] answer = Bytes(Answer);
        for (int length = 0; length < answer.Length; length++)
        {
            Assert.Equal(length >= 28 ? 0x10203u : null, NftGeneration.Parse(answer.AsSpan(0, length)));
        }
    }

    private static uint? Parse(string hex) => NftGeneration.Parse(Bytes(hex));

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
