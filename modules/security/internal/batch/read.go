package batch

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of numbers and times.
const (
	maxSequence = 1 << 50
	maxCount    = 1 << 50
	mostVersion = 40
)

var (
	spoolName = regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{26}$`)
	macName   = regexp.MustCompile(`^[0-9a-f]{2}(:[0-9a-f]{2}){5}$`)
	hashName  = regexp.MustCompile(`^[0-9a-f]{64}$`)
	wordName  = regexp.MustCompile(`^[A-Za-z0-9_. /:+-]{1,64}$`)
)

// Read reads a batch strictly: whatever is not expected is refused, with where it is.
func Read(body []byte) (*Batch, error) {
	if len(body) > MaxBody {
		return nil, fmt.Errorf("a batch has at most %d octets, not %d", MaxBody, len(body))
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	b := &Batch{}
	if err := d.Decode(b); err != nil {
		return nil, fmt.Errorf("this is no batch: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is something behind the batch")
	}
	return b, b.check()
}

// check tells the first thing that cannot be.
func (b *Batch) check() error {
	if err := b.checkHead(); err != nil {
		return err
	}
	if err := b.checkSizes(); err != nil {
		return err
	}
	return b.checkRows()
}

// checkHead checks what a batch says of itself.
func (b *Batch) checkHead() error {
	switch {
	case b.Format != Format:
		return fmt.Errorf("format: %d is not known, %d is; update the city or the probe", b.Format, Format)
	case !spoolName.MatchString(b.Spool):
		return errors.New("spool: 26 characters of a ULID")
	case !slices.Contains(Streams(), b.Stream):
		return errors.New("stream: records, logs or aggregates")
	case b.Sequence < 1 || b.Sequence > maxSequence:
		return errors.New("sequence: from 1 on")
	case !sane(b.MadeAt):
		return errors.New("made_at: a time between 2000 and 2100")
	case !text(b.Version, mostVersion) || !text(b.Input, MaxText) || !text(b.Run, MaxText):
		return errors.New("version, input, run: short texts without control characters")
	}
	return nil
}

// checkSizes checks how much there is, and that it belongs to the stream.
func (b *Batch) checkSizes() error {
	switch {
	case len(b.Records) > MaxRecords || len(b.Facts) > MaxFacts || len(b.Aggregates) > MaxAggregates:
		return fmt.Errorf("at most %d records, %d facts and %d aggregates", MaxRecords, MaxFacts, MaxAggregates)
	case b.Partial < 0 || b.Partial > 1<<20 || b.Position > maxCount:
		return errors.New("position, partial: counts that cannot be")
	case len(b.Logs) > MaxLogs || len(b.Feeds) > MaxFeeds:
		return fmt.Errorf("at most %d logs and %d feeds", MaxLogs, MaxFeeds)
	case !b.belongs():
		return fmt.Errorf("stream: what is here does not belong to %s", b.Stream)
	case !b.aroundAlone():
		return fmt.Errorf("around: the alert of a batch of records that are all %s, and of nothing else", WhyAround)
	case !b.Totals.sane():
		return errors.New("totals: counts that cannot be")
	}
	return nil
}

// belongs tells that a batch has nothing of another stream's.
func (b *Batch) belongs() bool {
	records, facts, aggregates, logs := len(b.Records), len(b.Facts), len(b.Aggregates), len(b.Logs)+len(b.Feeds)
	switch b.Stream {
	case Records:
		return aggregates+logs == 0
	case Logs:
		return records+aggregates == 0
	case Aggregates:
		return records+facts+logs == 0
	}
	return false
}

// aroundAlone tells that records that were asked for are among themselves: the others are judged.
func (b *Batch) aroundAlone() bool {
	is := func(r Record) bool { return slices.Contains(r.Why, WhyAround) }
	if b.Around == "" {
		return !slices.ContainsFunc(b.Records, is)
	}
	return spoolName.MatchString(b.Around) && len(b.Facts) == 0 && b.Stream == Records && !slices.ContainsFunc(b.Records, func(r Record) bool { return !is(r) || len(r.Why) > 1 })
}

// checkRows checks what is in a batch one by one.
func (b *Batch) checkRows() error {
	for i := range b.Records {
		if err := b.Records[i].check(); err != nil {
			return fmt.Errorf("records[%d].%w", i, err)
		}
	}
	for i := range b.Facts {
		if err := b.Facts[i].check(); err != nil {
			return fmt.Errorf("facts[%d].%w", i, err)
		}
	}
	for i := range b.Aggregates {
		if err := b.Aggregates[i].check(); err != nil {
			return fmt.Errorf("aggregates[%d].%w", i, err)
		}
	}
	return b.checkLogs()
}

func (b *Batch) checkLogs() error {
	for i := range b.Logs {
		if err := b.Logs[i].check(); err != nil {
			return fmt.Errorf("logs[%d].%w", i, err)
		}
	}
	for i := range b.Feeds {
		if err := b.Feeds[i].check(); err != nil {
			return fmt.Errorf("feeds[%d].%w", i, err)
		}
	}
	return nil
}

func (t *Totals) sane() bool {
	for _, n := range []uint64{
		t.Packets, t.Octets, t.KernelDrops, t.QueueDrops, t.Undecodable, t.Fragments, t.GapOctets, t.Malformed, t.Units, t.Limited, t.Folded, t.Late,
		t.ShedBatches, t.ShedRows, t.ShedRecords, t.Refused, t.Starts,
	} {
		if n > maxCount {
			return false
		}
	}
	return true
}

func (r *Record) check() error {
	if err := r.checkFlow(); err != nil {
		return err
	}
	if err := r.checkUnit(); err != nil {
		return err
	}
	return r.checkObjects()
}

// checkFlow checks when, why and between whom.
func (r *Record) checkFlow() error {
	switch {
	case !sane(r.At):
		return errors.New("at: a time between 2000 and 2100")
	case len(r.Why) == 0 || len(r.Why) > MaxWhy || slices.ContainsFunc(r.Why, func(w string) bool { return !slices.Contains(Reasons(), w) }):
		return fmt.Errorf("why: one or more of %v", Reasons())
	case r.Flow > maxCount:
		return errors.New("flow: a smaller number")
	case !host(r.Client) || !host(r.Server):
		return errors.New("client, server: an IP address, or a MAC address in small letters")
	case r.ClientMAC != "" && !macName.MatchString(r.ClientMAC) || r.ServerMAC != "" && !macName.MatchString(r.ServerMAC):
		return errors.New("client_mac, server_mac: a MAC address in small letters")
	}
	return nil
}

// checkUnit checks what the unit says.
func (r *Record) checkUnit() error {
	switch {
	case !optional(r.Transport) || !optional(r.Protocol) || !optional(r.Function) || !optional(r.Class) || !optional(r.Orientation):
		return errors.New("transport, protocol, function, class, orientation: words of at most 64 letters")
	case r.Confidence < 0 || r.Confidence > 100 || r.More < 0 || r.More > 1<<20:
		return errors.New("confidence, more: 0 to 100, 0 to 1048576")
	case len(r.Objects) > MaxObjects:
		return fmt.Errorf("objects: at most %d", MaxObjects)
	case !text(r.Exception, MaxText) || !text(r.Malformed, MaxText) || !text(r.Text, MaxText):
		return fmt.Errorf("exception, malformed, text: at most %d characters, none of them for control", MaxText)
	}
	return nil
}

func (r *Record) checkObjects() error {
	for i, o := range r.Objects {
		_, err := hex.DecodeString(o.Value)
		if err != nil || len(o.Value) > 64 || !text(o.Name, MaxText) || !optional(o.Space) || o.Address > 1<<62 {
			return fmt.Errorf("objects[%d]: a space, a name, and at most 32 octets of a value as hexadecimal digits", i)
		}
	}
	return nil
}

func (f *Fact) check() error {
	switch {
	case !sane(f.At):
		return errors.New("at: a time between 2000 and 2100")
	case f.MAC == "" && f.Addr == "":
		return errors.New("mac: a fact has a MAC or an IP address")
	case f.MAC != "" && !macName.MatchString(f.MAC):
		return errors.New("mac: a MAC address in small letters")
	case f.Addr != "" && !address(f.Addr):
		return errors.New("addr: an IP address")
	case !wordName.MatchString(f.Source) || !wordName.MatchString(f.Kind):
		return errors.New("source, kind: words of at most 64 letters")
	case f.Value == "" || !text(f.Value, MaxText):
		return fmt.Errorf("value: at most %d characters, none of them for control", MaxText)
	}
	return nil
}

func (a *Aggregate) check() error {
	switch {
	case !sane(a.From) || a.Seconds < 1 || a.Seconds > 3600:
		return errors.New("from, seconds: a time between 2000 and 2100, and 1 to 3600")
	case !host(a.Client) || !host(a.Server):
		return errors.New("client, server: an IP address, or a MAC address in small letters")
	case !wordName.MatchString(a.Protocol) || !wordName.MatchString(a.Class) || !wordName.MatchString(a.Function):
		return errors.New("protocol, class, function: words of at most 64 letters")
	case a.Requests > maxCount || a.Responses > maxCount || a.Exceptions > maxCount || a.Octets > maxCount:
		return errors.New("requests: counts that cannot be")
	}
	return nil
}

func (l *Log) check() error {
	switch {
	case !sane(l.At):
		return errors.New("at: a time between 2000 and 2100")
	case l.Feed == "" || !text(l.Feed, MaxText) || !wordName.MatchString(l.Format) || !wordName.MatchString(l.Kind):
		return errors.New("feed, format, kind: a name, and words of at most 64 letters")
	case !slices.Contains([]string{"high", "medium", "low", "info"}, l.Severity):
		return errors.New("severity: high, medium, low or info")
	case !optional(l.Code) || !optional(l.Protocol):
		return errors.New("code, protocol: words of at most 64 letters")
	}
	return l.checkTexts()
}

// checkTexts checks what a log says, and where its original stands.
func (l *Log) checkTexts() error {
	switch {
	case !text(l.Title, MaxText) || !text(l.Detail, MaxText) || !text(l.Host, MaxText):
		return fmt.Errorf("title, detail, host: at most %d characters, none of them for control", MaxText)
	case l.Client != "" && !address(l.Client) || l.Server != "" && !address(l.Server):
		return errors.New("client, server: an IP address")
	case !hashName.MatchString(l.Digest) || l.Offset < 0 || l.Offset > maxCount || l.Size < 0 || l.Size > maxCount:
		return errors.New("digest, offset, size: SHA-256 in hexadecimal digits, and where the line stands")
	case !l.repeatsRight():
		return errors.New("again, until: how often it was written once more, and when last, not before at")
	}
	return l.checkFields()
}

// repeatsRight tells whether it says together how often it was written once more and until when.
func (l *Log) repeatsRight() bool {
	if l.Again == 0 {
		return l.Until.IsZero()
	}
	return l.Again <= maxCount && sane(l.Until) && !l.Until.Before(l.At)
}

// checkFields checks what a transaction says.
func (l *Log) checkFields() error {
	if len(l.Fields) > MaxFields {
		return fmt.Errorf("fields: at most %d", MaxFields)
	}
	for i, f := range l.Fields {
		if !wordName.MatchString(f.Name) || f.Value == "" || !text(f.Value, MaxField) {
			return fmt.Errorf("fields[%d]: a name of at most 64 letters, and a value of at most %d characters, none of them for control", i, MaxField)
		}
	}
	return nil
}

func (f *Feed) check() error {
	switch {
	case f.Name == "" || !text(f.Name, MaxText) || !wordName.MatchString(f.Format):
		return errors.New("name, format: a name, and a word of at most 64 letters")
	case f.Head != "" && !hashName.MatchString(f.Head) || f.HeadSize < 0 || f.HeadSize > maxCount || f.Offset < 0 || f.Offset > maxCount:
		return errors.New("head, head_size, offset: where the file is read from")
	}
	for _, n := range []uint64{f.Lines, f.Told, f.Unread, f.Long, f.Dropped, f.Gone, f.Repeated, f.Limited} {
		if n > maxCount {
			return errors.New("lines: counts that cannot be")
		}
	}
	return nil
}

func sane(at time.Time) bool { return at.Year() >= 2000 && at.Year() < 2100 }

func address(s string) bool {
	a, err := netip.ParseAddr(s)
	return err == nil && a.Zone() == ""
}

func host(s string) bool { return address(s) || macName.MatchString(s) }

func optional(s string) bool { return s == "" || wordName.MatchString(s) }

func text(s string, most int) bool {
	if !utf8.ValidString(s) || utf8.RuneCountInString(s) > most {
		return false
	}
	for _, r := range s {
		if unicode.IsControl(r) {
			return false
		}
	}
	return true
}
