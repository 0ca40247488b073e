package ferry

import (
	"regexp"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/seal"
	"linghang/modules/security/internal/second"
)

// Bounds of sources.
const (
	mostSources = 50
	mostKeys    = 5
	mostMissing = 100 // numbers that are named
)

// FileSourceSpec is what a person says of a source of files.
type FileSourceSpec struct {
	Name    string `json:"name" maxLength:"100" doc:"Whose files they are; the inbox names it" title:"名称|Name"`
	Channel string `json:"channel" maxLength:"64" doc:"As its sender names it; it cannot be changed later" title:"通道|Channel"`
	Keys    string `json:"keys" maxLength:"20000" doc:"Public keys that are trusted, as PEM, 5 at most" title:"受信公钥|Trusted keys"`
	Upper   bool   `json:"upper,omitempty" doc:"Files of an upper level: their reports are received as its notices" title:"上级单位|Upper level"`
	Pair    string `json:"pair_id,omitempty" maxLength:"26" doc:"ID of the channel in the other direction: by which notices of an upper level are acknowledged, or whose notices a lower level acknowledges; empty: none" title:"回执通道|Way back"`
	First   int64  `json:"first" minimum:"1" maximum:"1000000000" doc:"Number of the first file that is to come; it cannot be changed later" title:"起始编号|First number"`
}

// FileSource is a channel that files are taken in from.
type FileSource struct {
	ID string `json:"id"`
	FileSourceSpec
	second.Hand
	Last      int64      `json:"last" doc:"Number of the file that was taken in last; 0: none" title:"已收到|Taken in"`
	Ahead     int64      `json:"ahead" doc:"The greatest number that was brought and waits for ones before it; 0: none"`
	Missing   []int64    `json:"missing" nullable:"false" doc:"Numbers to bring again, the first 100" title:"缺少|Missing"`
	TakenAt   *time.Time `json:"taken_at,omitempty" title:"最近导入|Last taken in"`
	CreatedAt time.Time  `json:"created_at" title:"建立|Created"`
	Version   int64      `json:"version"`

	digest string // of the last
}

// ETag implements httpd.Versioned.
func (s FileSource) ETag() int64 { return s.Version }

// TakenFile is a file that was taken in.
type TakenFile struct {
	Sequence int64     `json:"sequence" title:"编号|Number"`
	Digest   string    `json:"digest"`
	MadeAt   time.Time `json:"made_at" title:"制作时间|Made"`
	Objects  int64     `json:"objects" doc:"That went into the inbox" title:"对象|Objects"`
	Refused  int64     `json:"refused" doc:"That are no good STIX, or no notice where an upper level's are expected" title:"不合格|Refused"`
	Notices  int64     `json:"notices" doc:"Notices of the upper level, and their later versions" title:"上级通报|Notices"`
	Receipts int64     `json:"receipts" doc:"Acknowledgements of what went to the lower level" title:"签收回执|Receipts"`
	Refusal  string    `json:"refusal" doc:"Why the first one is refused"`
	TakenAt  time.Time `json:"taken_at" title:"导入时间|Taken in"`
	By       string    `json:"by" title:"导入人|Taken in by"`
}

var block = regexp.MustCompile(`(?s)-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----\n?`)

// keys are the trusted keys.
func (s FileSource) keys() []string {
	list := block.FindAllString(s.Keys, mostKeys+1)
	for i, k := range list {
		list[i] = strings.TrimRight(k, "\n") + "\n"
	}
	return list
}

// expected is the number of the file whose turn is now.
func (s FileSource) expected() int64 { return max(s.Last+1, s.First) }

// missing are the numbers that are to be brought before what was brought already.
func (s FileSource) missing() []int64 {
	list := []int64{}
	for n := s.expected(); n < s.Ahead && len(list) < mostMissing; n++ {
		list = append(list, n)
	}
	return list
}

// before tells whether files before this one are missing.
func (s FileSource) before(f File) bool { return f.Sequence > s.expected() }

// asks tells whether a change needs a second person: other keys are trusted, or what a source
// brings counts for more.
func (s FileSourceSpec) asks(before FileSourceSpec) bool {
	return s.Keys != before.Keys || s.Upper != before.Upper || s.Pair != before.Pair
}

// follows tells why a file cannot be taken in now; nil: its turn is now. known: it was taken in
// as it is.
func (s FileSource) follows(f File, known bool) error {
	want := s.expected()
	switch {
	case f.Sequence < want && known:
		return fault.New(fault.Conflict, "security.ferry.repeated", "file %d was taken in already; the next is %d", f.Sequence, want).With("n", f.Sequence).With("next", want)
	case f.Sequence < want:
		return fault.New(fault.Conflict, "security.ferry.old", "file %d is not the one of this number that was taken in, or is from before the first; the next is %d", f.Sequence, want).With("n", f.Sequence).With("next", want)
	case f.Sequence == want+1:
		return fault.New(fault.Conflict, "security.ferry.gap_one", "file %d comes too early: bring file %d first", f.Sequence, want).With("n", f.Sequence).With("from", want).With("to", want)
	case f.Sequence > want:
		return fault.New(fault.Conflict, "security.ferry.gap", "file %d comes too early: bring the files from %d to %d first", f.Sequence, want, f.Sequence-1).With("n", f.Sequence).With("from", want).With("to", f.Sequence-1)
	case s.Last > 0 && f.Previous != s.digest, s.Last == 0 && f.Sequence == 1 && f.Previous != None:
		return fault.New(fault.Conflict, "security.ferry.chain", "file %d does not follow the file %d that was taken in: its sender has begun anew, or a file was exchanged", f.Sequence, f.Sequence-1).With("n", f.Sequence)
	}
	return nil
}

func wrongKey() error {
	return fault.New(fault.Forbidden, "security.ferry.signature", "none of the keys that are trusted for this channel has signed the file")
}

var channelForm = regexp.MustCompile(`^[0-9A-Za-z-]{1,64}$`)

// check trims what somebody said of a source, and says what is wrong with it.
func (s *FileSourceSpec) check() error {
	s.Name, s.Channel, s.Keys = strings.TrimSpace(s.Name), strings.TrimSpace(s.Channel), strings.TrimSpace(strings.ReplaceAll(s.Keys, "\r\n", "\n"))
	f := fault.New(fault.Invalid, "security.ferry.invalid", "the source is incomplete or wrong")
	if s.Name == "" {
		_ = f.At("body.name", "say whose files they are")
	}
	if !channelForm.MatchString(s.Channel) {
		_ = f.At("body.channel", "the channel as its sender names it: letters, digits and hyphens")
	}
	keys := FileSource{FileSourceSpec: *s}.keys()
	rest := strings.TrimSpace(block.ReplaceAllString(s.Keys, ""))
	if len(keys) == 0 || len(keys) > mostKeys || rest != "" {
		_ = f.At("body.keys", "from 1 to 5 public keys as PEM, and nothing else")
	}
	for i, k := range keys {
		if !seal.IsPublic(k) {
			_ = f.At("body.keys", "key %d is no public key of Ed25519 or SM2", i+1)
			break
		}
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}
