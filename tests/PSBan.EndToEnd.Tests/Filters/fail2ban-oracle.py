"""Answers what fail2ban's own classes make of lines. A request is a line of JSON on standard input, the answer a line of JSON on standard output.

{"config": folder, "filter": name, "options": {...}, "all": bool, "usedns": text}   makes a filter; answers {} or {"error": text}
{"lines": [[now, text, time or null], ...]}                                         gives it lines; answers {"results": [...]}

As fail2ban-regex does, it sets no time window and, where asked, tries every failregex.
"""
import json
import logging
import os
import signal
import sys
import time

os.environ['TZ'] = 'CET-01CEST-02,M3.5.0,M10.5.0'
time.tzset()

from fail2ban.client.filterreader import FilterReader
from fail2ban.server import datedetector, failregex, filter, ipdns, strptime, utils
from fail2ban.server.mytime import MyTime

logging.getLogger('fail2ban').setLevel(logging.CRITICAL + 1)

SECONDS_FOR_A_LINE = 5
DEFAULT_DATES = list(datedetector.DateDetectorCache.DEFAULT_TEMPLATES)


class Stalled(Exception):
    pass


def stall(*_):
    raise Stalled()


class Clock:
    """What fail2ban measures by the machine's clock goes by the clock of the test."""
    time = staticmethod(MyTime.time)


def follow_the_specification():
    """Releases differ in what they take for an address or a date; the test goes by the one that the specification was written from (1.1.2-dev)."""
    datedetector.time = utils.time = Clock()

    # Which years are taken for such depends on the day the test runs.
    strptime.timeRE['ExY'] = r'(?P<Y>20[0-2]\d)'

    # '::' counts as a group of an IPv6 address, so that '1::' and '::1' are found whole (since 1.1.0).
    old = ipdns.IPAddr.IP_6_RE
    new = r'(?:[0-9a-fA-F]{1,4}::?|:){1,7}(?:[0-9a-fA-F]{1,4}|(?<=:):)'
    for table in (failregex.R_HOST, failregex.RH4TAG):
        for key in (range(len(table)) if isinstance(table, list) else list(table)):
            table[key] = table[key].replace(old, new)

    # A hyphen may stand between date and time of the compact form (since 1.1.0).
    for i, template in enumerate(DEFAULT_DATES):
        if template.startswith('%ExY%Exm%Exd(?:T|'):
            DEFAULT_DATES[i] = '%ExY%Exm%Exd(?:-|T|  ?)%ExH:?%ExM:?%ExS(?:[.,]%f)?(?:\\s*%z)?'


class Oracle:
    def __init__(self, request):
        # How often a template was hit is kept for the whole process; here every filter begins afresh.
        datedetector.DD_patternCache.clear()
        datedetector.DateDetectorCache.DEFAULT_TEMPLATES = list(DEFAULT_DATES)
        datedetector.DateDetector._defCache = datedetector.DateDetectorCache()
        self.filter = filter.Filter(None)
        self.filter.checkFindTime = False
        self.filter.checkAllRegex = request['all']
        if request['all']:
            self.filter.ignorePending = False
        self.filter.returnRawHost = request['usedns'] == 'raw'
        self.filter.setUseDns(request['usedns'])
        self.filter.onIgnoreRegex = lambda index, _: self.ignored.append(index)
        self.ignored = []
        options = dict(request['options'])
        reader = FilterReader(request['filter'], 'oracle', options, share_config={}, basedir=request['config'])
        if not reader.read():
            raise ValueError('no such filter')
        reader.getOptions(None)
        for command in reader.convert():
            values = command[3] if command[0] == 'multi-set' else command[3:]
            for value in values:
                self.set(command[2], value)

    def set(self, option, value):
        if option == 'prefregex':
            self.filter.prefRegex = value
        elif option == 'addfailregex':
            self.filter.addFailRegex(value)
        elif option == 'addignoreregex':
            self.filter.addIgnoreRegex(value)
        elif option == 'maxlines':
            self.filter.setMaxLines(int(value))
        elif option == 'datepattern':
            self.filter.setDatePattern(value)

    def judge(self, now, text, journal):
        MyTime.setTime(now)
        self.ignored = []
        signal.setitimer(signal.ITIMER_REAL, SECONDS_FOR_A_LINE)
        try:
            line = ('', time.strftime('%Y-%m-%dT%H:%M:%S ', time.localtime(journal)), text) if journal is not None else text
            found = self.filter.processLine(line, journal)
        except Stalled:
            return {'stalled': True}
        except Exception as e:
            return {'error': repr(e)}
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        return {'found': [self.failure(*entry[:4]) for entry in found], 'ignored': self.ignored}

    def failure(self, index, identifier, date, data):
        hidden = ('ip', 'users', 'matches', 'nofail-matches', 'mlfpending')
        return {
            'index': index,
            'id': None if identifier is None else str(identifier),
            'time': date,
            'nofail': bool(data.get('nofail')),
            'ip': str(data['ip']) if data.get('ip') is not None else None,
            'users': sorted(data.get('users') or ()),
            'matches': [''.join(line) for line in data.get('matches', [])],
            'data': {name: str(value) for name, value in data.items() if value is not None and name not in hidden},
        }


def main():
    sys.stdin.reconfigure(encoding='utf-8')
    sys.stdout.reconfigure(encoding='utf-8')
    signal.signal(signal.SIGALRM, stall)
    follow_the_specification()
    oracle = None
    for line in sys.stdin:
        request = json.loads(line)
        if 'lines' in request:
            answer = {'results': [oracle.judge(*entry) for entry in request['lines']]}
        else:
            try:
                oracle = Oracle(request)
                answer = {}
            except Exception as e:
                answer = {'error': repr(e)}
        print(json.dumps(answer), flush=True)


main()
