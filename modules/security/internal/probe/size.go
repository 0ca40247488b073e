package probe

import "linghang/modules/security/internal/batch"

// sizes of what encoding/json writes beside texts, at most: names, quotes, numbers and times.
const (
	logFrame   = 420
	fieldFrame = 24
	factFrame  = 160

	recordFrame = 480
	objectFrame = 120
)

// fullSize is from when on a batch is as good as full: one row more, a log with its facts, still
// has room.
const fullSize = batch.MaxBody - 128<<10

// mostAggregates are those of a batch: their texts are so short that they always have room.
const mostAggregates = 7_000

// sizeOfRecord is how many octets a record has in a batch, at most.
func sizeOfRecord(x *batch.Record) int {
	n := recordFrame + written(x.Client, x.Server, x.ClientMAC, x.ServerMAC, x.Transport, x.Orientation, x.Protocol, x.Function, x.Class, x.Exception, x.Malformed, x.Text)
	for i := range x.Why {
		n += len(x.Why[i]) + 3
	}
	for i := range x.Objects {
		n += objectFrame + written(x.Objects[i].Space, x.Objects[i].Name, x.Objects[i].Value)
	}
	return n
}

// sizeOfLog is how many octets a log has in a batch, at most.
func sizeOfLog(x *batch.Log) int {
	n := logFrame + len(x.Digest) + written(x.Feed, x.Format, x.Kind, x.Code, x.Severity, x.Title, x.Detail, x.Host, x.Client, x.Server, x.Protocol)
	for _, f := range x.Fields {
		n += fieldFrame + written(f.Name, f.Value)
	}
	return n
}

// sizeOfFact is how many octets a fact has in a batch, at most.
func sizeOfFact(x *batch.Fact) int {
	return factFrame + written(x.MAC, x.Addr, x.Source, x.Kind, x.Value)
}

// written is how many octets texts have in JSON: some letters are written as six.
func written(texts ...string) (n int) {
	for _, s := range texts {
		n += len(s)
		for i := range len(s) {
			switch c := s[i]; {
			case c < ' ', c == '<', c == '>', c == '&':
				n += 5
			case c == '"', c == '\\':
				n++
			case c == 0xe2: // perhaps U+2028
				n += 3
			}
		}
	}
	return n
}
