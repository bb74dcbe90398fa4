"""Seeded logs for the comparison: the same lines on every machine. A log that exists with the right name is used again."""

import os
import random
import time

START = 1_780_000_000
BLOCK = 5_000
HOSTS = ("mail1", "web2", "db-3")
USERS = ("root", "admin", "test", "oracle", "git", "ubuntu", "postgres", "deploy", "ftpuser", "pi", "support", "backup")


def address(r):
    return f"{r.randint(1, 223)}.{r.randint(0, 255)}.{r.randint(0, 255)}.{r.randint(1, 254)}"


def attack(r):
    """One line of sshd that both filters take for a failure."""
    pid, user, ip, port = r.randint(800, 4_000_000), r.choice(USERS), address(r), r.randint(1024, 65535)
    kind = r.random()
    if kind < 0.55:
        return f"sshd[{pid}]: Failed password for {user} from {ip} port {port} ssh2"
    if kind < 0.85:
        return f"sshd[{pid}]: Failed password for invalid user {user}{r.randint(0, 99)} from {ip} port {port} ssh2"
    return f"sshd[{pid}]: Invalid user {user}{r.randint(0, 99)} from {ip} port {port}"


def foreign(r):
    """One line of a busy mail and web host that says nothing about a login of sshd."""
    kind, pid = r.randrange(12), r.randint(800, 4_000_000)
    queue = f"{r.getrandbits(40):010X}"
    return (
        lambda: f"systemd[1]: Started Session {r.randint(1, 99999)} of user {r.choice(USERS)}.",
        lambda: f"CRON[{pid}]: (root) CMD (   cd / && run-parts --report /etc/cron.hourly)",
        lambda: f"postfix/smtpd[{pid}]: connect from mail{r.randint(1, 99)}.example.net[{address(r)}]",
        lambda: f"postfix/smtpd[{pid}]: disconnect from mail{r.randint(1, 99)}.example.net[{address(r)}] ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5",
        lambda: f"postfix/qmgr[{pid}]: {queue}: from=<{r.choice(USERS)}@example.org>, size={r.randint(900, 90000)}, nrcpt=1 (queue active)",
        lambda: f"postfix/smtp[{pid}]: {queue}: to=<{r.choice(USERS)}@example.com>, relay=mx.example.com[{address(r)}]:25, delay=0.{r.randint(10, 99)}, dsn=2.0.0, status=sent (250 2.0.0 Ok)",
        lambda: f"dovecot: imap({r.choice(USERS)})<{pid}><aB3xYq7R>: Logged out in={r.randint(100, 9999)} out={r.randint(100, 99999)} deleted=0 expunged=0",
        lambda: f"kernel: [{r.randint(1, 9999999)}.{r.randint(0, 999999):06}] [UFW BLOCK] IN=eth0 OUT= SRC={address(r)} DST=192.0.2.10 LEN=40 TTL=244 PROTO=TCP SPT={r.randint(1024, 65535)} DPT={r.randint(1, 9999)} WINDOW=1024 SYN",
        lambda: f"named[{pid}]: client @0x7f{r.getrandbits(32):08x} {address(r)}#{r.randint(1024, 65535)} (www.example.org): query: www.example.org IN A +E(0) (192.0.2.53)",
        lambda: f"dhclient[{pid}]: DHCPREQUEST for 192.0.2.{r.randint(1, 254)} on eth0 to 192.0.2.1 port 67",
        lambda: f"systemd-logind[{pid}]: New session {r.randint(1, 99999)} of user {r.choice(USERS)}.",
        lambda: f"rspamd[{pid}]: <{queue[:6]}>; task; rspamd_task_write_log: id: <{queue}@example.org>, ip: {address(r)}, (default: F (no action): [{r.randint(-9, 9)}.{r.randint(10, 99)}/15.00])",
    )[kind]()


def mail(r):
    """One line of Postfix or Dovecot, every twentieth a failed login."""
    pid, user, ip = r.randint(800, 4_000_000), r.choice(USERS), address(r)
    if r.random() >= 0.05:
        return r.choice((
            lambda: f"postfix/smtpd[{pid}]: connect from mail{r.randint(1, 99)}.example.net[{ip}]",
            lambda: f"postfix/qmgr[{pid}]: {r.getrandbits(40):010X}: from=<{user}@example.org>, size={r.randint(900, 90000)}, nrcpt=1 (queue active)",
            lambda: f"postfix/cleanup[{pid}]: {r.getrandbits(40):010X}: message-id=<{r.getrandbits(64):x}@example.org>",
            lambda: f"dovecot: imap-login: Login: user=<{user}>, method=PLAIN, rip={ip}, lip=192.0.2.10, mpid={pid}, TLS, session=<aB3xYq7R>",
            lambda: f"dovecot: imap({user})<{pid}><aB3xYq7R>: Logged out in={r.randint(100, 9999)} out={r.randint(100, 99999)}",
        ))()
    return r.choice((
        lambda: f"postfix/smtpd[{pid}]: warning: unknown[{ip}]: SASL LOGIN authentication failed: UGFzc3dvcmQ6",
        lambda: f"dovecot: imap-login: Disconnected (auth failed, 1 attempts in 2 secs): user=<{user}>, method=PLAIN, rip={ip}, lip=192.0.2.10, TLS, session=<aB3xYq7R>",
    ))()


def syslog(line):
    return lambda r, now: f"{time.strftime('%b %d %H:%M:%S', time.gmtime(now))} {r.choice(HOSTS)} {line(r)}\n"


def domino(r, now):
    stamp = time.strftime("%d-%m-%Y %H:%M:%S", time.gmtime(now))
    head = f"[{r.randint(100, 99999):06d}:{r.randint(1, 99):05d}-{r.getrandbits(32):08X}] {stamp}   "
    if r.random() < 0.05:
        return f"{head}smtp: {r.choice(USERS)} [{address(r)}] authentication failure using internet password\n"
    return head + r.choice((
        lambda: f"SMTP Server: mail{r.randint(1, 99)}.example.net ({address(r)}) connected\n",
        lambda: f"SMTP Server: mail{r.randint(1, 99)}.example.net ({address(r)}) disconnected. {r.randint(0, 9)} message[s] received\n",
        lambda: f"Router: Message {r.getrandbits(60):015X} delivered to {r.choice(USERS)}/Example\n",
    ))()


def access(r, now):
    stamp = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now))
    path, status = ("/wp-login.php", 404) if r.random() < 0.05 else (f"/articles/{r.randint(1, 9999)}.html", 200)
    return f'{address(r)} - - [{stamp}] "GET {path} HTTP/1.1" {status} {r.randint(200, 99999)} "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"\n'


def mixed(r):
    return attack(r) if r.random() < 0.05 else foreign(r)


MAKERS = {
    "mixed": syslog(mixed),
    "attack": syslog(attack),
    "foreign": syslog(foreign),
    "mail": syslog(mail),
    "domino": domino,
    "access": access,
}


def make(folder, kind, lines):
    """Writes a log unless it is there; gives its path."""
    path = os.path.join(folder, f"{kind}-{lines}.log")
    if os.path.exists(path):
        return path

    os.makedirs(folder, exist_ok=True)
    maker, r = MAKERS[kind], random.Random(f"{kind}-1")
    partial = path + ".partial"
    with open(partial, "w", encoding="ascii") as log:
        for first in range(0, lines, BLOCK):
            # Time goes on by a few seconds in every thousand lines, as on a busy host.
            log.write("".join(maker(r, START + (first + i) // 200) for i in range(min(BLOCK, lines - first))))
    os.replace(partial, path)
    return path


if __name__ == "__main__":
    import sys
    print(make(sys.argv[1], sys.argv[2], int(sys.argv[3])))
