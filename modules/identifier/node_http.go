package identifier

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/district"
	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/industry"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
	"linghang/modules/identifier/internal/vouch"
)

func (m *Module) nodeRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /vocabulary", Permission: "identifier.view", Summary: "Roles and states of nodes, districts, industries, doors", Handler: httpd.JSON(m.vocabulary)},
		{Pattern: "GET /nodes", Permission: "identifier.view", Summary: "Nodes, and applications within one's scope", Handler: httpd.List(m.listNodes)},
		{Pattern: "GET /districts", Permission: "identifier.view", Summary: "Nodes that answer, by district, with what probes see", Handler: httpd.JSON(m.listDistricts)},
		{Pattern: "POST /nodes", Permission: "identifier.apply", Summary: "Found a node, or apply for a prefix", Handler: httpd.Created(m.foundNode)},
		{Pattern: "GET /nodes/{id}", Permission: "identifier.view", Summary: "One node", Handler: httpd.JSON(m.readNode)},
		{Pattern: "PUT /nodes/{id}", Permission: "identifier.apply", Summary: "Edit a node", Handler: httpd.JSON(m.editNode)},
		{Pattern: "POST /nodes/{id}/state", Permission: "identifier.review", Summary: "Move a node to another state", Handler: httpd.JSON(m.moveNode)},
		{Pattern: "DELETE /nodes/{id}", Permission: "identifier.review", Summary: "Remove a node of the demonstration city", Handler: httpd.JSON(m.removeNode)},
		{Pattern: "GET /nodes/{id}/counts", Permission: "identifier.view", Summary: "What the node was asked, by day, with exact extremes", Handler: httpd.List(m.listCounts)},
		{Pattern: "GET /nodes/{id}/trust.json", Permission: "identifier.view", Summary: "The key of a root that signs, by which others trust it", Handler: httpd.Raw("", http.HandlerFunc(m.serveTrust))},
		{Pattern: "GET /nodes/{id}/siteinfo.json", Permission: "identifier.view", Summary: "The HS_SITE of a node, for clients of the Handle System", Handler: httpd.Raw("", http.HandlerFunc(m.serveSite))},
	}
}

type nothing struct{}

type vocabularyView struct {
	Roles      []term   `json:"roles" nullable:"false"`
	States     []term   `json:"states" nullable:"false"`
	Districts  []term   `json:"districts" nullable:"false"`
	Industries []term   `json:"industries" nullable:"false"`
	Doors      []string `json:"doors" nullable:"false" doc:"At which hosted nodes answer"`
}

func (m *Module) vocabulary(context.Context, nothing) (vocabularyView, error) {
	v := vocabularyView{Roles: roles(), States: states()}
	for _, d := range district.All() {
		v.Districts = append(v.Districts, term{d.Code, d.Name})
	}
	for _, d := range industry.All() {
		v.Industries = append(v.Industries, term{d.Code, d.Name})
	}
	for _, d := range m.settings.Doors {
		v.Doors = append(v.Doors, d.Name)
	}
	return v, nil
}

// NodeView is a node as lists show it.
type NodeView struct {
	ID         string     `json:"id" title:"编号|ID"`
	Role       role       `json:"role" enum:"root,secondary,enterprise" title:"类型|Role"`
	Prefix     string     `json:"prefix" title:"前缀|Prefix"`
	AboveID    string     `json:"above_id" title:"上级节点|Node above"`
	Operator   operator   `json:"operator"`
	Name       lang.Text  `json:"name" title:"名称|Name"`
	Industry   string     `json:"industry" title:"行业|Industry"`
	District   string     `json:"district" title:"区市|District"`
	Hosting    string     `json:"hosting" enum:"hosted,alone" title:"部署方式|Hosting"`
	State      state      `json:"state" enum:"applied,refused,trial,in_service,suspended,revoked" title:"状态|State"`
	ValidUntil *time.Time `json:"valid_until,omitempty" title:"有效期至|Valid until"`
	Below      int64      `json:"below" title:"下级节点数|Nodes below" doc:"Those that answer"`
	Health     condition  `json:"health" enum:"up,down,unknown" title:"拨测|Probes" doc:"What most probes see; unknown until they have looked"`
	Synthetic  bool       `json:"synthetic" title:"合成数据|Synthetic"`
	Version    int64      `json:"version"`
}

// viewNode shows everybody who operates a node by name; the number is for those
// who act for the organisation.
func viewNode(ctx context.Context, n node) NodeView {
	if !mine(ctx, n) {
		n.Operator.ID = ""
	}
	v := NodeView{
		ID: n.ID, Role: n.Role, Prefix: n.Prefix, AboveID: n.AboveID, Operator: n.Operator, Name: n.Name, Industry: n.Industry, District: n.District,
		Hosting: n.Hosting, State: n.State, Health: unknown, Synthetic: n.Synthetic, Version: n.Version,
	}
	if !n.ValidUntil.IsZero() {
		v.ValidUntil = &n.ValidUntil
	}
	return v
}

func (m *Module) listNodes(ctx context.Context, in nodeParams) (sqldb.Page[NodeView], error) {
	page, err := m.nodes.list(ctx, in)
	views := sqldb.Page[NodeView]{Items: make([]NodeView, len(page.Items)), NextCursor: page.NextCursor, Total: page.Total}
	for i, n := range page.Items {
		views.Items[i] = viewNode(ctx, n)
	}
	if err != nil {
		return views, err
	}
	return views, m.countBelow(ctx, views.Items)
}

type districtsView struct {
	Items []districtCount `json:"items" nullable:"false" doc:"Districts that have nodes; an empty code stands for nodes without one"`
}

func (m *Module) listDistricts(ctx context.Context, _ nothing) (districtsView, error) {
	items, err := m.nodes.byDistrict(ctx)
	return districtsView{items}, err
}

// countBelow puts to nodes how many others they allocate to, and what probes see.
func (m *Module) countBelow(ctx context.Context, views []NodeView) error {
	ids := make([]string, len(views))
	for i := range views {
		ids[i] = views[i].ID
	}
	below, err := m.nodes.below(ctx, ids)
	if err != nil {
		return err
	}
	seen, err := m.probes.conditions(ctx, ids)
	for i := range views {
		views[i].Below = below[views[i].ID]
		if c, ok := seen[views[i].ID]; ok {
			views[i].Health = c
		}
	}
	return err
}

// nodeDetail is a node on its own page.
type nodeDetail struct {
	NodeView
	Contact     contact   `json:"contact"`
	Reason      string    `json:"reason" doc:"Why it was refused, suspended or revoked"`
	CreatedAt   time.Time `json:"created_at"`
	Site        string    `json:"site" doc:"Where it speaks the protocol; empty while its door is closed"`
	Door        string    `json:"door"`
	HasKey      bool      `json:"has_key" doc:"Its prefix can be administered over the protocol"`
	Identifiers int64     `json:"identifiers" doc:"Handles of its prefix that are kept here"`
	Transitions []state   `json:"transitions" nullable:"false" doc:"States that the caller may move it to"`
	Yours       bool      `json:"yours" doc:"The caller may edit it and change its identifiers"`
	Free        string    `json:"free_prefix" doc:"The next prefix that it may allocate, after those of the nodes below it; empty if they tell none"`
	SiteFile    string    `json:"site_file,omitempty" doc:"Text of the siteinfo.json of a node that is alone, for who may edit it"`
	PublicKey   string    `json:"public_key,omitempty" doc:"As it was given, for who may edit it"`

	Signs       vouch.Algorithm  `json:"signs" enum:",rsa,sm2" doc:"What a hosted node signs its identifiers with; empty: it does not"`
	SigningKey  string           `json:"signing_key,omitempty" doc:"Of a node that is alone and signs, for who may edit it"`
	Certificate *certificateView `json:"certificate,omitempty" doc:"By which the node above vouches for its key"`
}

// mine tells whether the caller acts for who operates a node.
func mine(ctx context.Context, n node) bool { return identity.From(ctx).Scope.Allows(n.Operator.ID) }

// reviews tells whether the caller decides about a node: the city does about all,
// whoever operates the node above does about those below it.
func (m *Module) reviews(ctx context.Context, n node) (bool, error) {
	id := identity.From(ctx)
	if !id.May("identifier.review") {
		return false, nil
	}
	if id.Scope.All {
		return true, nil
	}
	if n.AboveID == "" || n.Role != enterpriseNode {
		return false, nil
	}
	above, err := m.nodes.get(ctx, n.AboveID)
	return err == nil && mine(ctx, above), err
}

func (m *Module) visible(ctx context.Context, id string) (node, error) {
	n, err := m.nodes.get(ctx, id)
	if err != nil {
		return n, err
	}
	if n.State == trial || n.State == inService || mine(ctx, n) {
		return n, nil
	}
	may, err := m.reviews(ctx, n)
	if err != nil || may {
		return n, err
	}
	return node{}, identity.From(ctx).Scope.Check(n.Operator.ID)
}

func (m *Module) readNode(ctx context.Context, in httpd.Object) (nodeDetail, error) {
	n, err := m.visible(ctx, in.ID)
	if err != nil {
		return nodeDetail{}, err
	}
	return m.detail(ctx, n)
}

func (m *Module) detail(ctx context.Context, n node) (nodeDetail, error) {
	d := nodeDetail{NodeView: viewNode(ctx, n), CreatedAt: n.CreatedAt, Door: n.Door, HasKey: n.PublicKey != "", Signs: n.Signs, Transitions: []state{}}
	may, err := m.reviews(ctx, n)
	if err != nil {
		return d, err
	}
	if may {
		d.Transitions = n.State.next()
	}
	below, err := m.nodes.below(ctx, []string{n.ID})
	if err != nil {
		return d, err
	}
	d.Below = below[n.ID]
	seen, err := m.probes.conditions(ctx, []string{n.ID})
	if err != nil {
		return d, err
	}
	if c, ok := seen[n.ID]; ok {
		d.Health = c
	}
	if d.Free, err = m.nodes.freePrefix(ctx, n); err != nil {
		return d, err
	}
	if d.Yours = mine(ctx, n); d.Yours {
		d.SiteFile, d.PublicKey, d.SigningKey = n.Site, n.PublicKey, n.SigningKey
	}
	if d.Yours || may {
		d.Contact, d.Reason = n.Contact, n.Reason
	}
	select {
	case <-m.opened:
	default:
		return d, nil // the rest is told in a moment
	}
	return d, m.addRecords(ctx, &d, &n)
}

// addRecords tells of a node what its records do.
func (m *Module) addRecords(ctx context.Context, d *nodeDetail, n *node) error {
	octets, err := m.siteOf(*n)
	if err != nil {
		return err
	}
	if site, err := wire.DecodeSite(octets); err == nil {
		d.Site = siteText(&site)
	}
	if d.Certificate, err = m.certificateOf(ctx, n); err != nil || !n.serves() {
		return err
	}
	d.Identifiers, err = m.records.Count(ctx, n.Prefix)
	return err
}

type countsParams struct {
	sqldb.ListParams
	ID string `path:"id" maxLength:"26"`
}

func (m *Module) listCounts(ctx context.Context, in countsParams) (sqldb.Page[dayCount], error) {
	n, err := m.visible(ctx, in.ID)
	if err != nil {
		return sqldb.Page[dayCount]{}, err
	}
	return m.counts.days(ctx, n.ID, in.ListParams)
}

func (m *Module) serveSite(w http.ResponseWriter, r *http.Request) {
	n, err := m.visible(r.Context(), r.PathValue("id"))
	var site []byte
	if err == nil {
		err = m.ready()
	}
	if err == nil {
		site, err = m.siteOf(n)
	}
	if err == nil && site == nil {
		err = fault.New(fault.Unavailable, "identifier.node.closed", "the node's door is closed at the moment").After(15)
	}
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	decoded, err := wire.DecodeSite(site)
	if err != nil {
		httpd.Refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="siteinfo.json"`)
	_, _ = w.Write(append(hjson.AppendSite(nil, &decoded), '\n')) //nolint:gosec // a download in JSON; the client may be gone
}

type foundInput struct{ Body nodeInput }

// foundNode founds a node, if the caller decides about such; others apply.
func (m *Module) foundNode(ctx context.Context, in foundInput) (nodeDetail, error) {
	id := identity.From(ctx)
	n := in.Body.apply(node{
		ID: ulid.Make().String(), Role: in.Body.Role, Prefix: strings.ToLower(in.Body.Prefix), AboveID: in.Body.AboveID, State: applied,
		Operator: operator{id.Organisation.ID, id.Organisation.Name}, Synthetic: in.Body.Synthetic, CreatedAt: time.Now().UTC(), Version: 1,
	})
	if in.Body.OperatorID != "" && in.Body.OperatorID != id.Organisation.ID {
		if err := id.Scope.Check(in.Body.OperatorID); err != nil {
			return nodeDetail{}, err
		}
		n.Operator = operator{in.Body.OperatorID, in.Body.Operator}
	}
	if n.Role == rootNode {
		n.Prefix, n.AboveID = rootPrefix, ""
	}
	above, err := m.above(ctx, n)
	if err != nil {
		return nodeDetail{}, err
	}
	if err := n.check(above, m.settings.Doors); err != nil {
		return nodeDetail{}, err
	}
	if err := in.Body.checkOctets(); err != nil {
		return nodeDetail{}, err
	}
	may, err := m.reviews(ctx, n)
	if err != nil {
		return nodeDetail{}, err
	}
	if may {
		n.State = trial
	}
	if n.AboveID != "" {
		if err := m.quotaRows.room(ctx, n.AboveID); err != nil {
			return nodeDetail{}, err
		}
	}
	if err := m.nodes.insert(ctx, n); err != nil {
		return nodeDetail{}, err
	}
	return m.changed(ctx, n)
}

// above returns the node that allocates a node's prefix.
func (m *Module) above(ctx context.Context, n node) (*node, error) {
	if n.AboveID == "" {
		return nil, nil
	}
	above, err := m.visible(ctx, n.AboveID)
	if err != nil {
		return nil, err
	}
	if !above.State.changes() {
		return nil, fault.New(fault.Conflict, "identifier.node.above", "the node %s takes no applications now", above.Prefix).At("body.above_id", "choose a node that is in service")
	}
	return &above, nil
}

// changed brings the doors up to date with a node.
func (m *Module) changed(ctx context.Context, n node) (nodeDetail, error) {
	m.kit.Notify(topicNodes, n.ID, n.Operator.ID)
	if m.ready() == nil {
		if err := m.settleOne(ctx, n); err != nil {
			return nodeDetail{}, err
		}
	}
	return m.detail(ctx, n)
}

type editNodeInput struct {
	httpd.Object
	httpd.IfMatch
	Body nodeInput
}

func (m *Module) editNode(ctx context.Context, in editNodeInput) (nodeDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return nodeDetail{}, err
	}
	n, err := m.nodes.get(ctx, in.ID)
	if err != nil {
		return nodeDetail{}, err
	}
	if err := identity.From(ctx).Scope.Check(n.Operator.ID); err != nil {
		return nodeDetail{}, err
	}
	if err := in.Body.checkOctets(); err != nil {
		return nodeDetail{}, err
	}
	var above *node
	if n.AboveID != "" {
		a, err := m.nodes.get(ctx, n.AboveID)
		if err != nil {
			return nodeDetail{}, err
		}
		above = &a
	}
	may, err := m.reviews(ctx, n)
	if err != nil {
		return nodeDetail{}, err
	}
	n, err = m.nodes.change(ctx, in.ID, version, func(n node) (node, error) {
		after := in.Body.apply(n)
		if !may {
			if after.ValidUntil = n.ValidUntil; !in.Body.ValidUntil.IsZero() && !in.Body.ValidUntil.Equal(n.ValidUntil) {
				return n, fault.New(fault.Forbidden, "identifier.node.contract", "the end of the contract is not yours to change").At("body.valid_until", "whoever decides about the node says how long it is valid")
			}
		}
		return after, after.check(above, m.settings.Doors)
	}, m.signLater)
	if err != nil {
		return nodeDetail{}, err
	}
	return m.changed(ctx, n)
}

type moveNodeInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		To     state  `json:"to" enum:"trial,in_service,refused,suspended,revoked"`
		Reason string `json:"reason,omitempty" maxLength:"500"`
	}
}

func (m *Module) moveNode(ctx context.Context, in moveNodeInput) (nodeDetail, error) {
	version, err := in.Expected()
	if err != nil {
		return nodeDetail{}, err
	}
	n, err := m.visible(ctx, in.ID)
	if err != nil {
		return nodeDetail{}, err
	}
	may, err := m.reviews(ctx, n)
	if err != nil {
		return nodeDetail{}, err
	}
	if !may {
		return nodeDetail{}, fault.New(fault.Forbidden, "identifier.node.not_yours", "whoever operates the node above decides about it")
	}
	n, err = m.nodes.change(ctx, in.ID, version, func(n node) (node, error) { return n.move(in.Body.To, in.Body.Reason) })
	if err != nil {
		return nodeDetail{}, err
	}
	return m.changed(ctx, n)
}

// removeNode removes a node of the demonstration city with its identifiers.
// Others are revoked and kept.
func (m *Module) removeNode(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	n, err := m.visible(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	may, err := m.reviews(ctx, n)
	switch {
	case err != nil:
		return httpd.Nothing{}, err
	case !may:
		return httpd.Nothing{}, fault.New(fault.Forbidden, "identifier.node.not_yours", "whoever operates the node above decides about it")
	case !n.Synthetic:
		return httpd.Nothing{}, fault.New(fault.Conflict, "identifier.node.real", "only nodes of the demonstration are removed; revoke it instead")
	}
	if err := m.ready(); err != nil {
		return httpd.Nothing{}, err
	}
	files, err := m.versions.files(ctx, n.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	if err := m.nodes.remove(ctx, n); err != nil {
		return httpd.Nothing{}, err
	}
	for _, hash := range files {
		if err := m.kit.Blobs.Remove(ctx, hash); err != nil {
			return httpd.Nothing{}, err
		}
	}
	m.kit.Notify(topicNodes, n.ID, n.Operator.ID)
	return httpd.Nothing{}, m.clear(ctx, n)
}
