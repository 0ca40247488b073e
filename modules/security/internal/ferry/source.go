package ferry

import (
	"regexp"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/seal"
	"linghang/modules/security/internal/peer"
	"linghang/modules/security/internal/second"
)

// Way is how a source brings notices.
type Way string

// The ways.
const (
	ByFile  Way = "file"  // signed files, which people bring
	ByTAXII Way = "taxii" // a collection of TAXII, which the city reads
	ByInbox Way = "inbox" // an organisation hands in, by TAXII
)

// Bounds of sources.
const (
	mostSources = 50
	mostKeys    = 5
	mostMissing = 100 // numbers that are named
	usualTurn   = 5   // minutes between two readings
	longestTurn = 24 * 60
)

// NoticeSourceSpec is what a person says of a source of notices.
type NoticeSourceSpec struct {
	Name string `json:"name" maxLength:"100" doc:"Whose notices they are; the inbox names it" title:"名称|Name"`
	// Way is file where it is left out.
	Way Way `json:"way,omitempty" enum:"file,taxii,inbox" doc:"By signed files, by a collection of TAXII that the city reads, or handed in by an organisation by TAXII; it cannot be changed later" title:"方式|Way"`

	Channel string `json:"channel,omitempty" maxLength:"64" doc:"Of files: as its sender names it; it cannot be changed later" title:"通道|Channel"`
	Keys    string `json:"keys,omitempty" maxLength:"20000" doc:"Of files: public keys that are trusted, as PEM, 5 at most" title:"受信公钥|Trusted keys"`
	First   int64  `json:"first,omitempty" minimum:"1" maximum:"1000000000" doc:"Of files: number of the first that is to come; it cannot be changed later" title:"起始编号|First number"`

	Root       string    `json:"root,omitempty" maxLength:"500" doc:"Of a collection: URL of the API root" title:"API 根|API root"`
	Collection string    `json:"collection,omitempty" maxLength:"100" doc:"Its id or alias" title:"集合|Collection"`
	Auth       peer.Auth `json:"auth,omitempty" enum:"none,basic,bearer" title:"认证|Signing in"`
	User       string    `json:"user,omitempty" maxLength:"200" doc:"Of basic" title:"用户名|User"`
	Every      int64     `json:"every,omitempty" minimum:"1" maximum:"1440" doc:"Of a collection: minutes between two readings; 5 where it is left out" title:"间隔（分钟）|Every (minutes)"`
	Paused     bool      `json:"paused,omitempty" doc:"Of a collection: it is not read" title:"已暂停|Paused"`

	Organisation string `json:"organisation_id,omitempty" maxLength:"26" doc:"Of who hands in: whose reports are received; what others hand in stays in the inbox only" title:"报送机构|Organisation"`

	Upper bool   `json:"upper,omitempty" doc:"An upper level: its reports are received as its notices" title:"上级单位|Upper level"`
	Pair  string `json:"pair_id,omitempty" maxLength:"26" doc:"ID of the channel in the other direction: by which notices of an upper level are acknowledged, or whose notices a lower level acknowledges; empty: none" title:"回执通道|Way back"`
}

// NoticeSource is where notices are taken in from.
type NoticeSource struct {
	ID string `json:"id"`
	NoticeSourceSpec
	second.Hand
	Last          int64      `json:"last" doc:"Number of the file that was taken in last; 0: none" title:"已收到|Taken in"`
	Ahead         int64      `json:"ahead" doc:"The greatest number that was brought and waits for ones before it; 0: none"`
	Missing       []int64    `json:"missing" nullable:"false" doc:"Numbers to bring again, the first 100" title:"缺少|Missing"`
	SecretVersion int64      `json:"secret_version" doc:"How often a secret was set; 0 when there is none. The secret itself is never shown"`
	Cursor        string     `json:"cursor" doc:"Of a collection: what was added after this was not read yet"`
	NextAt        *time.Time `json:"next_at,omitempty" doc:"When a collection is read next" title:"下次读取|Next"`
	RunAt         *time.Time `json:"run_at,omitempty" title:"最近读取|Last read"`
	GoodAt        *time.Time `json:"good_at,omitempty" title:"最近成功|Last success"`
	Failures      int64      `json:"failures" doc:"One after the other" title:"连续失败|Failures"`
	Fault         string     `json:"fault" doc:"The class of what went wrong last; empty: nothing" title:"故障|Fault"`
	FaultText     string     `json:"fault_text" title:"故障说明|What went wrong"`
	TakenAt       *time.Time `json:"taken_at,omitempty" doc:"When it brought something last" title:"最近收到|Last taken in"`
	CreatedAt     time.Time  `json:"created_at" title:"建立|Created"`
	Version       int64      `json:"version"`

	digest string // of the last file
	secret string // sealed
}

// ETag implements httpd.Versioned.
func (s NoticeSource) ETag() int64 { return s.Version }

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
func (s NoticeSource) keys() []string {
	list := block.FindAllString(s.Keys, mostKeys+1)
	for i, k := range list {
		list[i] = strings.TrimRight(k, "\n") + "\n"
	}
	return list
}

// expected is the number of the file whose turn is now.
func (s NoticeSource) expected() int64 { return max(s.Last+1, s.First) }

// missing are the numbers that are to be brought before what was brought already.
func (s NoticeSource) missing() []int64 {
	list := []int64{}
	for n := s.expected(); n < s.Ahead && len(list) < mostMissing; n++ {
		list = append(list, n)
	}
	return list
}

// before tells whether files before this one are missing.
func (s NoticeSource) before(f File) bool { return f.Sequence > s.expected() }

// asks tells whether a change needs a second person: others are trusted, it signs in in another
// way, or what a source brings counts for more.
func (s NoticeSourceSpec) asks(before NoticeSourceSpec, secret bool) bool {
	return secret || s.server() != before.server() || s.Organisation != before.Organisation || s.Keys != before.Keys || s.Upper != before.Upper || s.Pair != before.Pair
}

// server is the collection that is read.
func (s NoticeSourceSpec) server() peer.Server {
	return peer.Server{Root: s.Root, Collection: s.Collection, Auth: s.Auth, User: s.User}
}

// follows tells why a file cannot be taken in now; nil: its turn is now. known: it was taken in
// as it is.
func (s NoticeSource) follows(f File, known bool) error {
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

func wrongSource() *fault.Error {
	return fault.New(fault.Invalid, "security.ferry.invalid", "the source is incomplete or wrong")
}

// check trims what somebody said of a source, forgets what its way has not, and says what is
// wrong with it.
func (s *NoticeSourceSpec) check() error {
	said := *s
	f := wrongSource()
	*s = NoticeSourceSpec{Name: strings.TrimSpace(said.Name), Way: said.Way, Upper: said.Upper, Pair: said.Pair, Auth: peer.NoAuth}
	if s.Name == "" {
		_ = f.At("body.name", "say whose notices they are")
	}
	switch said.Way {
	case ByFile, "":
		s.Way = ByFile
		s.files(said, f)
	case ByTAXII:
		s.collection(said, f)
	case ByInbox:
		if s.Organisation = said.Organisation; s.Organisation == "" {
			_ = f.At("body.organisation_id", "the organisation that hands in")
		}
	}
	if s.Way != ByFile && !s.Upper && s.Pair == "" {
		_ = f.At("body.pair_id", "of a lower level the channel downward that it acknowledges; intelligence of others is read as a feed")
	}
	if len(f.Fields) > 0 {
		return f
	}
	return nil
}

// files checks a channel of signed files.
func (s *NoticeSourceSpec) files(said NoticeSourceSpec, f *fault.Error) {
	s.Channel, s.Keys, s.First = strings.TrimSpace(said.Channel), strings.TrimSpace(strings.ReplaceAll(said.Keys, "\r\n", "\n")), said.First
	if !channelForm.MatchString(s.Channel) {
		_ = f.At("body.channel", "the channel as its sender names it: letters, digits and hyphens")
	}
	if s.First < 1 {
		_ = f.At("body.first", "the number of the first file that is to come, 1 from the beginning")
	}
	keys := NoticeSource{NoticeSourceSpec: *s}.keys()
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
}

// collection checks a collection that is read.
func (s *NoticeSourceSpec) collection(said NoticeSourceSpec, f *fault.Error) {
	server := said.server()
	if server.Auth == "" {
		server.Auth = peer.NoAuth
	}
	server.Check(f)
	s.Root, s.Collection, s.Auth, s.User, s.Every, s.Paused = server.Root, server.Collection, server.Auth, server.User, said.Every, said.Paused
	if s.Every == 0 {
		s.Every = usualTurn
	}
	if s.Every < 1 || s.Every > longestTurn {
		_ = f.At("body.every", "from 1 to 1440 minutes")
	}
}
