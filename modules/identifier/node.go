package identifier

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/lang"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/vouch"
)

// role is what a node is for.
type role string

const (
	rootNode       role = "root"       // 根节点
	secondaryNode  role = "secondary"  // 二级节点
	enterpriseNode role = "enterprise" // 企业节点
)

// state is where a node is in its life. Applications for a prefix are nodes too,
// from the moment they are made.
type state string

const (
	applied   state = "applied"    // waits for the review
	refused   state = "refused"    // and was not let in
	trial     state = "trial"      // 试运行: answers, and is looked at
	inService state = "in_service" // 正式运行
	suspended state = "suspended"  // 暂停: resolves, takes no changes
	revoked   state = "revoked"    // 注销: its prefix resolves no more
)

type term struct {
	Code  string    `json:"code"`
	Title lang.Text `json:"title"`
}

func roles() []term {
	return []term{
		{string(rootNode), lang.Text{ZH: "根节点", EN: "Root node"}},
		{string(secondaryNode), lang.Text{ZH: "二级节点", EN: "Secondary node"}},
		{string(enterpriseNode), lang.Text{ZH: "企业节点", EN: "Enterprise node"}},
	}
}

func states() []term {
	return []term{
		{string(applied), lang.Text{ZH: "待审核", EN: "Waiting for review"}},
		{string(refused), lang.Text{ZH: "未通过", EN: "Refused"}},
		{string(trial), lang.Text{ZH: "试运行", EN: "Trial"}},
		{string(inService), lang.Text{ZH: "正式运行", EN: "In service"}},
		{string(suspended), lang.Text{ZH: "已暂停", EN: "Suspended"}},
		{string(revoked), lang.Text{ZH: "已注销", EN: "Revoked"}},
	}
}

// next lists where a node may go from each state.
func (s state) next() []state {
	switch s {
	case applied:
		return []state{trial, inService, refused}
	case trial:
		return []state{inService, suspended, revoked}
	case inService:
		return []state{suspended, revoked}
	case suspended:
		return []state{trial, inService, revoked}
	default:
		return []state{}
	}
}

// resolves tells whether handles of the node's prefix are answered for.
func (s state) resolves() bool { return s == trial || s == inService || s == suspended }

// changes tells whether handles of the node's prefix may be changed.
func (s state) changes() bool { return s == trial || s == inService }

// Where the handles of a node's prefix are kept.
const (
	hosted = "hosted" // 托管: here
	alone  = "alone"  // 自建: at the site that the node names
)

type operator struct {
	ID   string    `json:"id"`
	Name lang.Text `json:"name"`
}

type contact struct {
	Name  string `json:"name" maxLength:"100"`
	Phone string `json:"phone" maxLength:"40"`
	Email string `json:"email" maxLength:"200"`
}

// node is a node of any role, or an application for one.
type node struct {
	ID         string
	Role       role
	Prefix     string // 88.101; the root's is 0.NA
	AboveID    string // the node that allocates its prefix; empty for a root
	Operator   operator
	Name       lang.Text
	Industry   string
	District   string
	Contact    contact `audit:"hidden"` // people without an account
	Hosting    string
	Door       string          // at which a hosted node answers
	Site       string          // siteinfo.json of one that is alone
	PublicKey  string          // of who administers its prefix over the protocol, a key record in base64
	Signs      vouch.Algorithm // what one that is hosted signs its identifiers with
	SigningKey string          // public, of one that is alone and signs; a key record in base64
	State      state
	Reason     string
	ValidUntil time.Time
	Synthetic  bool
	CreatedAt  time.Time
	Version    int64
}

// prefixHandle is the handle of the node's prefix.
func (n node) prefixHandle() string { return wire.NA + n.Prefix }

// claim is what no other node may hold: its prefix, until its application is refused.
func (n node) claim() string {
	if n.State == refused {
		return n.ID
	}
	return n.Prefix
}

// serves tells whether the node's handles are answered for here.
func (n node) serves() bool { return n.Hosting == hosted && n.State.resolves() }

var segments = regexp.MustCompile(`^[0-9A-Za-z_-]{1,32}(\.[0-9A-Za-z_-]{1,32}){0,7}$`)

// check refuses a node that cannot be, naming every fault. Doors are those that
// there are.
func (n node) check(above *node, doors []door) error {
	f := fault.New(fault.Invalid, "identifier.node.invalid", "the node is incomplete or wrong")
	if n.Name.ZH == "" && n.Name.EN == "" {
		_ = f.At("body.name", "name the node")
	}
	n.checkPrefix(above, f)
	if n.Signs != vouch.None && (n.Hosting != hosted || !n.Signs.Known()) {
		_ = f.At("body.signs", "rsa or sm2, of a node that is hosted; one that is alone signs by itself")
	}
	switch n.Hosting {
	case hosted:
		if !slices.ContainsFunc(doors, func(d door) bool { return d.Name == n.Door }) {
			_ = f.At("body.door", "there is no such door")
		}
	case alone:
		if n.Role != rootNode && n.Site == "" {
			_ = f.At("body.site", "give the siteinfo.json of the node")
		}
	default:
		_ = f.At("body.hosting", "hosted or alone")
	}
	if len(f.Fields) == 0 {
		return nil
	}
	return f
}

func (n node) checkPrefix(above *node, f *fault.Error) {
	switch {
	case n.Role == rootNode && n.Prefix != rootPrefix:
		_ = f.At("body.prefix", "a root's prefix is 0.NA")
	case n.Role != rootNode && !segments.MatchString(n.Prefix):
		_ = f.At("body.prefix", "segments of letters, digits, _ or - with dots between, as 88.101.5")
	case n.Role == enterpriseNode && (above == nil || !strings.HasPrefix(wire.Fold(n.Prefix), wire.Fold(above.Prefix)+".")):
		_ = f.At("body.prefix", "an enterprise's prefix begins with that of its secondary node")
	}
}

// nextPrefix is the number after the greatest that is taken below a prefix.
func nextPrefix(above string, taken []string) string {
	last := 0
	for _, prefix := range taken {
		if n, err := strconv.Atoi(strings.TrimPrefix(prefix, above+".")); err == nil && n > last {
			last = n
		}
	}
	return above + "." + strconv.Itoa(last+1)
}

// nextSecondary goes on where the greatest number ends that a secondary node has.
func nextSecondary(taken []string) string {
	var next string
	last := 0
	for _, prefix := range taken {
		above := prefixAbove(prefix)
		if n, err := strconv.Atoi(strings.TrimPrefix(prefix, above+".")); err == nil && above != "" && n >= last {
			last, next = n, above+"."+strconv.Itoa(n+1)
		}
	}
	return next
}

const rootPrefix = "0.NA"

// move takes a node to another state.
func (n node) move(to state, reason string) (node, error) {
	allowed := false
	for _, s := range n.State.next() {
		allowed = allowed || s == to
	}
	if !allowed {
		return n, fault.New(fault.Conflict, "identifier.node.move", "a node that is %s cannot become %s", n.State, to).With("from", n.State).With("to", to)
	}
	if reason == "" && (to == refused || to == suspended || to == revoked) {
		return n, fault.New(fault.Invalid, "identifier.node.reason", "say why").At("body.reason", "whoever operates the node is told")
	}
	n.State, n.Reason = to, reason
	return n, nil
}
