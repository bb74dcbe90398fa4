@{
    RootModule           = 'PSBan.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = 'd05376a7-b4b7-4e6f-be90-524deb1762ff'
    Author               = 'The PSBan contributors'
    CompanyName          = 'The PSBan contributors'
    Copyright            = '(c) The PSBan contributors. MIT licence.'
    Description          = 'Watches logs, recognises failed logins and probes, and blocks offenders in the firewall of the host for a time: fail2ban for PowerShell, on Linux and Windows. Reads the configuration format of fail2ban as it stands.'

    # .NET 10 is needed; Windows PowerShell 5.1 refuses the module by these two lines.
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = 'Core'

    FormatsToProcess     = 'PSBan.Format.ps1xml'
    TypesToProcess       = 'PSBan.Types.ps1xml'

    CmdletsToExport      = @(
        'Add-Ban'
        'Clear-BanFirewall'
        'Find-BanFailure'
        'Get-Ban'
        'Get-BanFirewall'
        'Get-BanHistory'
        'Get-BanJail'
        'Get-BanWatch'
        'Remove-Ban'
        'Resume-BanJail'
        'Set-BanJail'
        'Start-BanWatch'
        'Stop-BanWatch'
        'Suspend-BanJail'
        'Sync-BanFirewall'
        'Test-BanConfiguration'
        'Test-BanFilter'
        'Test-BanFirewall'
        'Update-BanWatch'
        'Watch-BanEvent'
    )
    FunctionsToExport    = @()
    VariablesToExport    = @()
    AliasesToExport      = @()

    PrivateData          = @{
        PSData = @{
            Tags       = @('fail2ban', 'ban', 'firewall', 'intrusion', 'bruteforce', 'security', 'log', 'nftables', 'iptables', 'PSEdition_Core', 'Linux', 'Windows')
            LicenseUri = 'https://opensource.org/license/mit'
        }
    }
}
