using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace PSBan.Firewalls.Nft;

/// <summary>
/// Asks the kernel for the generation of its ruleset, which grows by one with each transaction, whoever made it, and by nothing else: an element whose time runs out
/// changes no generation (<c>NFT_MSG_GETGEN</c> of <c>linux/netfilter/nf_tables.h</c>, by netlink(7)). It takes some microseconds, where a listing takes half a second for
/// a hundred thousand addresses.
/// </summary>
internal static unsafe class NftGeneration
{
    private const int AddressFamily = 16;
    private const int RawCloseOnExec = 3 | 0x80000;
    private const int Netfilter = 12;
    private const int DoNotWait = 0x40;

    private const ushort GetGeneration = (10 << 8) | 16;
    private const ushort NewGeneration = (10 << 8) | 15;
    private const ushort Request = 1;
    private const ushort GenerationId = 1;

    // struct nlmsghdr and struct nfgenmsg.
    private const int MessageHeader = 16;
    private const int Headers = MessageHeader + 4;
    private const int AttributeHeader = 4;

    /// <summary>Reads it for the network namespace of this process.</summary>
    /// <returns>The generation; null where the kernel does not tell: no nf_tables, no right (CAP_NET_ADMIN), another system.</returns>
    public static uint? Read()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        int netlink = socket(AddressFamily, RawCloseOnExec, Netfilter);
        if (netlink < 0)
        {
            return null;
        }

        try
        {
            Span<byte> message = stackalloc byte[512];
            message[..Headers].Clear();
            MemoryMarshal.Write(message, Headers);
            MemoryMarshal.Write(message[4..], GetGeneration);
            MemoryMarshal.Write(message[6..], Request);
            fixed (byte* pointer = message)
            {
                // The kernel has answered when it has taken the question.
                nint count = send(netlink, pointer, Headers, 0) == Headers ? recv(netlink, pointer, (nuint)message.Length, DoNotWait) : -1;
                return count > 0 ? Parse(message[..(int)count]) : null;
            }
        }
        finally
        {
            _ = close(netlink);
        }
    }

    /// <summary>Takes the generation from an answer; null where it is none, as where the kernel reports an error.</summary>
    internal static uint? Parse(ReadOnlySpan<byte> answer)
    {
        if (answer.Length < Headers || MemoryMarshal.Read<ushort>(answer[4..]) != NewGeneration)
        {
            return null;
        }

        for (ReadOnlySpan<byte> rest = answer[Headers..]; rest.Length >= AttributeHeader;)
        {
            int length = MemoryMarshal.Read<ushort>(rest);
            if (MemoryMarshal.Read<ushort>(rest[2..]) == GenerationId && length == AttributeHeader + sizeof(uint) && rest.Length >= length)
            {
                return BinaryPrimitives.ReadUInt32BigEndian(rest[AttributeHeader..]);
            }

            // Attributes begin at multiples of four bytes.
            rest = rest[Math.Min(rest.Length, Math.Max(AttributeHeader, (length + 3) & ~3))..];
        }

        return null;
    }

#pragma warning disable CA2101, IDE1006, SYSLIB1054 // As the system calls them.
    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int socket(int domain, int type, int protocol);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint send(int descriptor, byte* bytes, nuint count, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern nint recv(int descriptor, byte* room, nuint count, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int close(int descriptor);
#pragma warning restore CA2101, IDE1006, SYSLIB1054
}
