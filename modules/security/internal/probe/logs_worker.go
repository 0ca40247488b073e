package probe

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"linghang/modules/security/internal/batch"
	"linghang/modules/security/internal/feed"
	"linghang/modules/security/internal/follow"
	"linghang/modules/security/internal/receive"
)

// How often files of logs are looked at, how often what was counted is told where nothing
// else is, and how often a file that cannot be read is told of.
const (
	everyLook  = 500 * time.Millisecond
	everyCount = 10 * time.Second
	everyFault = time.Minute
)

// fullFacts is from when on the facts of one log more may have no room in a batch.
const fullFacts = batch.MaxFacts - 16

// Lines of a batch: those that repeat another of it within a while only count.
const (
	mostLines   = 20 * batch.MaxLogs
	repeatsSoon = 10 * time.Second
)

// LogConfig is a source of logs of other sensors.
type LogConfig struct {
	// Format is eve, syslog, zeek, wazuh or windows.
	Format feed.Format `yaml:"format"`
	// File is followed, also when it is moved and another begins under its name; or
	File string `yaml:"file"`
	// Listen is where messages of syslog come over the network: udp://host:port, tcp://host:port
	// or tls://host:port, for which Certificate and Key are files of this machine; with Clients,
	// a file of authorities, senders need a certificate of one of them.
	Listen      string `yaml:"listen"`
	Certificate string `yaml:"certificate"`
	Key         string `yaml:"key"`
	Clients     string `yaml:"clients"`
}

// name is what the source is called in what is told of it.
func (c *LogConfig) name() string { return cmp.Or(c.File, c.Listen) }

func (c *LogConfig) receiver() receive.Config {
	return receive.Config{Listen: c.Listen, Certificate: c.Certificate, Key: c.Key, Clients: c.Clients}
}

// logging turns the lines of one file into batches.
type logging struct {
	c      LogConfig
	file   *follow.File
	reader feed.Reader
	spool  *Spool
	head   batch.Batch // what all batches say
	state  batch.Feed
	was    batch.Feed // when the file was opened
	logs   []batch.Log
	same   map[said]int // the last of logs that says it
	facts  []batch.Fact // that the logs told
	size   int          // octets of both
	sieve  sieve
	kept   time.Time // when the last batch was
	fresh  bool      // lines were read that no batch counts
	full   bool      // the disk had no room for what was read
	cut    bool      // a batch was full before all that is there was read
}

func (p *Probe) newLogging(c LogConfig) *logging {
	was := p.spool.feed(c.name())
	was.Name, was.Format = c.name(), string(c.Format)
	at := follow.Position{Inode: was.Inode, Head: was.Head, HeadSize: was.HeadSize, Offset: was.Offset}
	return &logging{c: c, file: follow.New(c.File, at), same: map[said]int{}, spool: p.spool, state: was, was: was, head: batch.Batch{Stream: batch.Logs, Version: p.version, Input: p.c.input(), Live: true}}
}

// input is what a probe is told to read, as pages name it.
func (c *Config) input() string {
	switch {
	case c.Interface != "":
		return c.Interface
	case c.Read != "":
		return filepath.Base(c.Read)
	}
	return "logs"
}

// follow reads a file of logs into the spool until the context ends.
func (p *Probe) follow(ctx context.Context, c LogConfig) error {
	l := p.newLogging(c)
	defer l.file.Close()
	if _, err := os.Stat(c.File); errors.Is(err, fs.ErrNotExist) {
		p.log.WarnContext(ctx, "a file of logs is not there yet; it is read once it is", "file", c.File)
	}
	tick := time.NewTicker(everyLook)
	defer tick.Stop()
	var told time.Time
	for {
		n, fault, err := l.step(time.Now())
		if err != nil {
			return err
		}
		if fault != nil && time.Since(told) > everyFault {
			told = time.Now()
			p.log.WarnContext(ctx, "a file of logs cannot be read; it is tried again", "file", c.File, "error", fault)
		}
		if (n == mostLines || l.cut) && ctx.Err() == nil {
			continue
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// step reads what is there, at most what one batch holds, and keeps it. fault is of the
// file, which may be mended; err is of the spool.
func (l *logging) step(now time.Time) (n int, fault, err error) {
	l.cut = false
	if !l.full { // else what was read waits for room
		n, fault = l.file.Read(mostLines, func(offset int64, line []byte) bool {
			l.line(offset, line, now)
			l.cut = len(l.logs) >= batch.MaxLogs || l.size >= fullSize || len(l.facts) >= fullFacts
			return !l.cut
		})
	}
	l.state.Long, l.state.Gone = l.was.Long+l.file.Long, l.was.Gone+l.file.Gone
	if !l.due(n, now) {
		return n, fault, nil
	}
	at, err := l.file.Position()
	if err != nil {
		return n, err, nil
	}
	l.state.Inode, l.state.Head, l.state.HeadSize, l.state.Offset = at.Inode, at.Head, at.HeadSize, at.Offset
	full, err := l.keep(now)
	if full != nil {
		return 0, full, nil
	}
	return n, fault, err
}

// due counts lines that were read, and tells whether there is something to keep.
func (l *logging) due(n int, now time.Time) bool {
	l.state.Lines += uint64(n) //nolint:gosec // a count
	l.fresh = l.fresh || n > 0
	return len(l.logs) > 0 || l.fresh && now.Sub(l.kept) >= everyCount
}

// keep puts what was read into the spool; full says that the disk has no room for it now.
func (l *logging) keep(now time.Time) (full, err error) {
	b := l.head
	b.MadeAt, b.Logs, b.Facts, b.Feeds = now.UTC(), l.logs, l.facts, []batch.Feed{l.state}
	err = l.spool.Add(&b, batch.Totals{})
	if l.full = errors.Is(err, errFull); l.full {
		return err, nil
	}
	if err != nil {
		return nil, err
	}
	clear(l.same)
	clear(l.logs)
	clear(l.facts)
	l.logs, l.facts, l.size, l.kept, l.fresh = l.logs[:0], l.facts[:0], 0, now, false
	return nil, nil
}

// line reads one line.
func (l *logging) line(offset int64, line []byte, now time.Time) {
	e, err := l.reader.Parse(l.c.Format, line, now)
	if err != nil {
		l.state.Unread++
		return
	}
	l.state.Dropped = max(l.state.Dropped, e.Lost)
	if !e.Told {
		return
	}
	if e.Transaction && !l.passes(&e) {
		return
	}
	l.state.Told++
	what := saidBy(&e)
	if l.repeats(&e, what) {
		return
	}
	sum := sha256.Sum256(line)
	x := batch.Log{
		At: e.At, Feed: l.c.name(), Format: string(l.c.Format), Kind: e.Kind, Code: e.Code, Severity: string(e.Severity), Title: e.Title, Detail: e.Detail, Host: e.Host,
		Client: e.Client, Server: e.Server, Port: e.Port, Protocol: e.Protocol, Digest: hex.EncodeToString(sum[:]), Offset: offset, Size: int64(len(line)),
	}
	for _, f := range e.Fields {
		x.Fields = append(x.Fields, batch.LogField{Name: f.Name, Value: f.Value})
	}
	l.same[what] = len(l.logs)
	l.logs, l.size = append(l.logs, x), l.size+sizeOfLog(&x)
	for _, f := range e.Facts {
		y := batch.Fact{At: e.At, MAC: f.MAC, Addr: f.Addr, Source: f.Source, Kind: f.Kind, Value: f.Value}
		l.facts, l.size = append(l.facts, y), l.size+sizeOfFact(&y)
	}
}

// said is what a log says, without when and where it stands.
type said struct {
	kind, code, title, detail, host, client, server, protocol, fields string
	severity                                                          feed.Severity
	port                                                              uint16
}

func saidBy(e *feed.Event) said {
	s := said{kind: e.Kind, code: e.Code, title: e.Title, detail: e.Detail, host: e.Host, client: e.Client, server: e.Server, protocol: e.Protocol, severity: e.Severity, port: e.Port}
	for _, f := range e.Fields {
		s.fields += f.Name + "\x00" + f.Value + "\x00"
	}
	return s
}

// repeats counts what another of the batch said a moment before, and tells whether it was one.
// Transactions were sifted already.
func (l *logging) repeats(e *feed.Event, what said) bool {
	i, known := l.same[what]
	if !known || e.Transaction {
		return false
	}
	first := &l.logs[i]
	if e.At.Before(first.At) || e.At.Sub(first.At) > repeatsSoon {
		return false
	}
	first.Again++
	if e.At.After(first.Until) {
		first.Until = e.At
	}
	return true
}

// passes tells whether a transaction is told, and counts those that are not.
func (l *logging) passes(e *feed.Event) bool {
	if l.spool.crowded() {
		l.state.Limited++
		return false
	}
	switch l.sieve.ask(e) {
	case again:
		l.state.Repeated++
		return false
	case tooMany:
		l.state.Limited++
		return false
	case pass:
	}
	return true
}
