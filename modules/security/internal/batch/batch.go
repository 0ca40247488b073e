// Package batch is what probes send to the city: batches of records, facts and
// aggregates, numbered, signed, and read strictly.
//
// A probe's spool has three streams, each with numbers of its own from 1 on, so
// that what is missing is known: records (with facts) go first, then logs of
// other sensors, then aggregates. What a number stands for never changes once it was given.
package batch

import "time"

// Format is the version of the format.
const Format = 1

// Stream is one of the rows of batches of a spool.
type Stream string

// The streams.
const (
	Records    Stream = "records"
	Logs       Stream = "logs"
	Aggregates Stream = "aggregates"
)

// Streams are all of them, the one that goes first before the others.
func Streams() []Stream { return []Stream{Records, Logs, Aggregates} }

// Limits of one batch.
const (
	MaxBody       = 4 << 20 // octets, uncompressed
	MaxRecords    = 2_000
	MaxFacts      = 2_000
	MaxAggregates = 8_000
	MaxLogs       = 1_000
	MaxFeeds      = 32
	MaxObjects    = 32
	MaxWhy        = 8
	MaxText       = 256
	MaxFields     = 48   // of a log
	MaxField      = 4096 // characters of one
)

// Batch is what is sent at once.
type Batch struct {
	Format   int       `json:"format"`
	Spool    string    `json:"spool"` // of the probe's directory: a new one begins to count anew
	Stream   Stream    `json:"stream"`
	Sequence int64     `json:"sequence"`
	MadeAt   time.Time `json:"made_at"` // by the probe's clock
	Version  string    `json:"version"` // of the program
	Input    string    `json:"input"`   // interface or file
	Run      string    `json:"run"`     // within which numbers of flows are unique
	Live     bool      `json:"live"`    // times are of the probe's clock, and not of a capture of long ago
	// Around is the alert that the records of this batch, and no others, were asked for.
	Around string `json:"around,omitempty"`
	// Position is the last packet of the run that the stream is complete up to.
	Position uint64 `json:"position"`
	// Partial is how many aggregates of the window after Position are here or were before; of
	// records, how many records and facts of the packet after it.
	Partial    int         `json:"partial,omitempty"`
	Totals     Totals      `json:"totals"`
	Records    []Record    `json:"records,omitempty"`
	Facts      []Fact      `json:"facts,omitempty"` // with records, or with the logs that told them
	Aggregates []Aggregate `json:"aggregates,omitempty"`
	Logs       []Log       `json:"logs,omitempty"`
	Feeds      []Feed      `json:"feeds,omitempty"` // how far what logs come from was read
}

// Totals count since the spool began; what is lost is among them, end to end.
type Totals struct {
	Packets     uint64 `json:"packets"`
	Octets      uint64 `json:"octets"`
	KernelDrops uint64 `json:"kernel_drops"` // packets that the kernel dropped
	QueueDrops  uint64 `json:"queue_drops"`  // packets for which the probe had no room
	Undecodable uint64 `json:"undecodable"`  // packets with headers that contradict themselves or are cut
	Fragments   uint64 `json:"fragments"`    // IP fragments, which are not joined
	GapOctets   uint64 `json:"gap_octets"`   // octets of streams that were never seen
	Malformed   uint64 `json:"malformed"`    // units that contradict their protocol
	Units       uint64 `json:"units"`        // protocol data units
	Limited     uint64 `json:"limited"`      // records and facts beyond the limits of a window; records are in the aggregates
	Folded      uint64 `json:"folded"`       // units beyond the limit of an aggregate's keys
	Late        uint64 `json:"late"`         // packets older than the window that was open
	ShedBatches uint64 `json:"shed_batches"` // batches given up for want of room
	ShedRows    uint64 `json:"shed_rows"`    // aggregates in them
	ShedRecords uint64 `json:"shed_records"` // records, facts and logs in them
	Refused     uint64 `json:"refused"`      // batches that the city will not take
	Starts      uint64 `json:"starts"`       // of the probe
}

// Why a record is kept in full.
const (
	WhyWrite     = "write"
	WhyControl   = "control"
	WhyProgram   = "program"
	WhyConfig    = "config"
	WhyError     = "error"
	WhyFirstSeen = "first_seen"
	WhyCorrected = "correction"
	// WhyAround: it was asked for after an alert. Nothing is found in it or learned of it.
	WhyAround = "around_alert"
)

// Reasons are all of them.
func Reasons() []string {
	return []string{WhyWrite, WhyControl, WhyProgram, WhyConfig, WhyError, WhyFirstSeen, WhyCorrected, WhyAround}
}

// Record is one protocol data unit in full, or the correction of a conversation.
type Record struct {
	At          time.Time `json:"at"`
	Why         []string  `json:"why"`
	Flow        uint64    `json:"flow"`
	VLAN        uint16    `json:"vlan,omitempty"`
	Client      string    `json:"client"` // IP address, or MAC on Ethernet alone
	Server      string    `json:"server"`
	ClientMAC   string    `json:"client_mac,omitempty"`
	ServerMAC   string    `json:"server_mac,omitempty"`
	Port        uint16    `json:"port,omitempty"` // of the server
	Transport   string    `json:"transport"`
	Orientation string    `json:"orientation"` // what who asks whom rests on
	Confidence  int       `json:"confidence"`
	Protocol    string    `json:"protocol,omitempty"`
	Function    string    `json:"function,omitempty"`
	Class       string    `json:"class,omitempty"`
	Unit        uint32    `json:"unit,omitempty"`
	FromClient  bool      `json:"from_client"`
	Objects     []Object  `json:"objects,omitempty"`
	More        int       `json:"more,omitempty"` // objects that are not shown
	Exception   string    `json:"exception,omitempty"`
	Malformed   string    `json:"malformed,omitempty"`
	Text        string    `json:"text,omitempty"`
}

// Object is what a record reads, writes or reports.
type Object struct {
	Space   string `json:"space,omitempty"`
	Area    uint32 `json:"area,omitempty"`
	Address uint64 `json:"address"`
	Element uint32 `json:"element,omitempty"`
	Count   uint32 `json:"count,omitempty"`
	Name    string `json:"name,omitempty"`
	Value   string `json:"value,omitempty"` // hexadecimal
}

// Fact is one thing that a device said of itself.
type Fact struct {
	At     time.Time `json:"at"`
	MAC    string    `json:"mac,omitempty"`
	VLAN   uint16    `json:"vlan,omitempty"`
	Addr   string    `json:"addr,omitempty"`
	Source string    `json:"source"` // protocol that told it
	Unit   uint32    `json:"unit,omitempty"`
	Kind   string    `json:"kind"`
	Value  string    `json:"value"`
}

// Aggregate counts units of one kind between two in one window.
type Aggregate struct {
	From       time.Time `json:"from"`
	Seconds    int       `json:"seconds"`
	Client     string    `json:"client"`
	Server     string    `json:"server"`
	Port       uint16    `json:"port,omitempty"`
	Protocol   string    `json:"protocol"`
	Unit       uint32    `json:"unit,omitempty"`
	Class      string    `json:"class"`
	Function   string    `json:"function"`
	Requests   uint64    `json:"requests"`
	Responses  uint64    `json:"responses"`
	Exceptions uint64    `json:"exceptions,omitempty"`
	// Octets are those of the packets in which units ended.
	Octets uint64 `json:"octets"`
	// Guess: who asks whom rests on nothing but who was seen first.
	Guess bool `json:"guess,omitempty"`
}

// Log is what another sensor of the enterprise wrote, with where the original stands.
type Log struct {
	At       time.Time `json:"at"`
	Feed     string    `json:"feed"`   // a file, or the address of a listener
	Format   string    `json:"format"` // eve, syslog, zeek, wazuh, windows
	Kind     string    `json:"kind"`
	Code     string    `json:"code,omitempty"`
	Severity string    `json:"severity"`
	Title    string    `json:"title,omitempty"`
	Detail   string    `json:"detail,omitempty"`
	Host     string    `json:"host,omitempty"`
	Client   string    `json:"client,omitempty"` // IP addresses
	Server   string    `json:"server,omitempty"`
	Port     uint16    `json:"port,omitempty"` // of the server
	Protocol string    `json:"protocol,omitempty"`
	Digest   string    `json:"digest"` // SHA-256 of the original line without its end, hexadecimal
	Offset   int64     `json:"offset"` // octets before it in the file
	Size     int64     `json:"size"`   // octets of it
	// Again is how often the same was written once more soon after, and Until when last.
	Again uint64    `json:"again,omitempty"`
	Until time.Time `json:"until,omitzero"`
	// Fields are what a transaction says, by the names that its writer has for it.
	Fields []LogField `json:"fields,omitempty"`
}

// LogField is one thing that a log says; a name may come several times.
type LogField struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Feed is how far a source of logs was read, and what its lines were.
type Feed struct {
	Name   string `json:"name"`
	Format string `json:"format"`
	// Inode, Head, HeadSize and Offset are where to go on: Head is the SHA-256 of the first
	// HeadSize octets, by which a file is known again.
	Inode    uint64 `json:"inode,omitempty"`
	Head     string `json:"head,omitempty"`
	HeadSize int64  `json:"head_size,omitempty"`
	Offset   int64  `json:"offset"`
	Lines    uint64 `json:"lines"`   // that were read
	Told     uint64 `json:"told"`    // of them, that became logs
	Unread   uint64 `json:"unread"`  // that were not understood
	Long     uint64 `json:"long"`    // that were too long
	Dropped  uint64 `json:"dropped"` // packets that the writer says it lost
	Gone     uint64 `json:"gone"`    // times that a file went before it was read to its end
	// Repeated are transactions that said what others had said just before them, and Limited
	// those that were more than a probe tells.
	Repeated uint64 `json:"repeated,omitempty"`
	Limited  uint64 `json:"limited,omitempty"`
}

// Rows is how much there is in a batch.
func (b *Batch) Rows() int {
	return len(b.Records) + len(b.Facts) + len(b.Aggregates) + len(b.Logs)
}
