# What the Pester files share. The suite tests the built module, not the sources.

$script:Manifest = Join-Path -Path $PSScriptRoot -ChildPath '../out/PSBan/PSBan.psd1'

function Get-ModuleUnderTest {
    <#
    .SYNOPSIS
        The path of the built module's manifest.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param()

    if (-not (Test-Path -LiteralPath $script:Manifest)) {
        throw 'The module has not been built; run dotnet build PSBan.sln first.'
    }

    (Resolve-Path -LiteralPath $script:Manifest).ProviderPath
}

function Invoke-CleanShell {
    <#
    .SYNOPSIS
        Runs a script block in a shell process of its own with the module imported, and hands out what it writes as text.
    #>
    [CmdletBinding()]
    [OutputType([string])]
    param(
        [Parameter(Mandatory)]
        [scriptblock] $ScriptBlock,

        [string[]] $ArgumentList = @()
    )

    $quoted = @(Get-ModuleUnderTest) + $ArgumentList | ForEach-Object { "'{0}'" -f ($_ -replace "'", "''") }
    $import = 'param($Manifest) $ErrorActionPreference = "Stop"; Import-Module $Manifest; $rest = @($args); '
    $command = '& {{ {0} & {{ {1} }} @rest }} {2}' -f $import, $ScriptBlock, ($quoted -join ' ')
    & ([System.Environment]::ProcessPath) -NoProfile -NonInteractive -OutputFormat Text -Command $command
}

function Wait-Until {
    <#
    .SYNOPSIS
        Waits until a condition holds. The patience only guards against a hang; it is no verdict on speed.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [scriptblock] $Condition,

        [Parameter(Mandatory)]
        [string] $Because,

        [timespan] $Patience = '00:01:00'
    )

    $clock = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($clock.Elapsed -gt $Patience) {
            throw "Waited in vain: $Because"
        }

        Start-Sleep -Milliseconds 20
    }
}

function New-WatchFixture {
    <#
    .SYNOPSIS
        A configuration with two jails on one log, and an empty state directory, all in a folder of the test's own.
    #>
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType([pscustomobject])]
    param(
        [Parameter(Mandatory)]
        [string] $Root
    )

    # A Unix socket's path may have 107 bytes: the state directory has a short name of its own.
    $state = Join-Path -Path ([System.IO.Path]::GetTempPath()) -ChildPath ('psb' + [System.IO.Path]::GetRandomFileName().Substring(0, 6))
    $config = Join-Path -Path $Root -ChildPath 'config'
    $log = Join-Path -Path $Root -ChildPath 'app.log'
    if ($PSCmdlet.ShouldProcess($Root, 'Write a configuration')) {
        $null = New-Item -ItemType Directory -Force -Path $config, (Join-Path -Path $config -ChildPath 'filter.d')
        $null = New-Item -ItemType File -Force -Path $log
        Set-Content -LiteralPath (Join-Path -Path $config -ChildPath 'filter.d/app.conf') -Value @'
[Definition]
failregex = ^ app: login failed for user <F-USER>\S+</F-USER> from <HOST>$
'@
        Set-Content -LiteralPath (Join-Path -Path $config -ChildPath 'jail.conf') -Value @"
[DEFAULT]
enabled = true
filter = app
logpath = $log
ignoreip = 127.0.0.1/8
ignoreself = false
findtime = 10m
backend = polling
action = nftables-multiport[name=%(__name__)s, port="25"]

[app]
maxretry = 2
bantime = 10m

[app-strict]
maxretry = 1
bantime = 1h
"@
    }

    [pscustomobject]@{ ConfigPath = $config; StatePath = $state; Log = $log }
}

function Add-FailureLine {
    <#
    .SYNOPSIS
        Appends failed logins to the log of a fixture, stamped with the time of now.
    #>
    [CmdletBinding()]
    param(
        [Parameter(Mandatory)]
        [pscustomobject] $Fixture,

        [Parameter(Mandatory)]
        [string[]] $Address
    )

    $stamp = [datetime]::Now.ToString('yyyy-MM-dd HH:mm:ss', [cultureinfo]::InvariantCulture)
    Add-Content -LiteralPath $Fixture.Log -Value ($Address | ForEach-Object { "$stamp app: login failed for user root from $_" })
}

Export-ModuleMember -Function Get-ModuleUnderTest, Invoke-CleanShell, Wait-Until, New-WatchFixture, Add-FailureLine
