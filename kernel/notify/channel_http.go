package notify

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Room) channelRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /channels", Permission: "notify.channel.manage", Summary: "Channels of the organisations within one's scope", Handler: httpd.List(m.listChannels)},
		{Pattern: "POST /channels", Permission: "notify.channel.manage", Summary: "Add a channel; a webhook's secret is shown once", Handler: httpd.Created(m.addChannel)},
		{Pattern: "GET /channels/{id}", Permission: "notify.channel.manage", Summary: "One channel", Handler: httpd.JSON(m.readChannel)},
		{Pattern: "PUT /channels/{id}", Permission: "notify.channel.manage", Summary: "Edit a channel", Handler: httpd.JSON(m.editChannel)},
		{Pattern: "DELETE /channels/{id}", Permission: "notify.channel.manage", Summary: "Remove a channel", Handler: httpd.JSON(m.removeChannel)},
		{Pattern: "POST /channels/{id}/test", Permission: "notify.channel.manage", Summary: "Send a test message and say what the other side answered", Handler: httpd.JSON(m.testChannel)},
		{Pattern: "POST /channels/{id}/secret", Permission: "notify.channel.manage", Summary: "Change a webhook's secret; the former signs for another day", Handler: httpd.JSON(m.rotateSecret)},
		{Pattern: "GET /kinds", Permission: "notify.channel.manage", Summary: "The kinds of notices", Handler: httpd.JSON(m.listKinds)},
		{Pattern: "GET /deliveries", Permission: "notify.delivery.view", Summary: "What left the house, and what became of it", Handler: httpd.List(m.listDeliveries)},
		{Pattern: "POST /deliveries/{id}/retry", Permission: "notify.delivery.view", Summary: "Try a delivery again at once", Handler: httpd.JSON(m.retryDelivery)},
		{Pattern: "POST /mail/test", Permission: "notify.mail.test", Summary: "Send an e-mail to oneself and say what the server answered", Handler: httpd.JSON(m.testMail)},
		{Pattern: "GET /mail", Permission: "notify.delivery.view", Summary: "Which mail server is used", Handler: httpd.JSON(m.mailState)},
	}
}

// channelView is a channel without what is secret of it.
type channelView struct {
	ID             string     `json:"id" title:"编号|ID"`
	OrganisationID string     `json:"organisation_id" title:"机构|Organisation"`
	Type           string     `json:"type" enum:"webhook,wecom,dingtalk,feishu" title:"类型|Type"`
	Name           string     `json:"name" title:"名称|Name"`
	Host           string     `json:"host" title:"地址|Host"`
	Signed         bool       `json:"signed" title:"签名|Signed"`
	FormerUntil    *time.Time `json:"former_until,omitempty" doc:"Until then the former secret signs too"`
	Language       string     `json:"language" enum:"zh,en" title:"语言|Language"`
	Kinds          []string   `json:"kinds" nullable:"false" title:"通知类型|Kinds"`
	Enabled        bool       `json:"enabled" title:"启用|Enabled"`
	CreatedAt      time.Time  `json:"created_at" title:"创建时间|Created"`
	Version        int64      `json:"version"`
	Secret         string     `json:"secret,omitempty" doc:"Of a webhook; shown this once"`
}

// ETag implements the HTTP door's versioned answer.
func (v channelView) ETag() int64 { return v.Version }

func viewChannel(c channel) channelView {
	v := channelView{
		ID: c.ID, OrganisationID: c.OrganisationID, Type: c.Type, Name: c.Name, Host: c.Host, Signed: c.Secret != "", Language: c.Language, Kinds: c.Kinds,
		Enabled: c.Enabled, CreatedAt: c.CreatedAt, Version: c.Version,
	}
	if time.Now().Before(c.FormerUntil) {
		v.FormerUntil = &c.FormerUntil
	}
	if v.Kinds == nil {
		v.Kinds = []string{}
	}
	return v
}

func (m *Room) listChannels(ctx context.Context, in channelParams) (sqldb.Page[channelView], error) {
	page, err := m.channels.list(ctx, in)
	views := sqldb.Page[channelView]{Items: make([]channelView, len(page.Items)), NextCursor: page.NextCursor, Total: page.Total}
	for i, c := range page.Items {
		views.Items[i] = viewChannel(c)
	}
	return views, err
}

// ChannelInput is what adding or editing a channel asks for.
type ChannelInput struct {
	OrganisationID string   `json:"organisation_id,omitempty" maxLength:"26" doc:"Empty: one's own; kept when editing"`
	Type           string   `json:"type" enum:"webhook,wecom,dingtalk,feishu" doc:"Kept when editing"`
	Name           string   `json:"name" minLength:"1" maxLength:"100"`
	URL            string   `json:"url,omitempty" maxLength:"500" doc:"Empty when editing: as it was"`
	Secret         string   `json:"secret,omitempty" maxLength:"200" doc:"By which DingTalk or Feishu robots check the signature; empty when editing: as it was"`
	Language       string   `json:"language" enum:"zh,en"`
	Kinds          []string `json:"kinds" nullable:"false" maxItems:"200" doc:"Empty: all"`
	Enabled        bool     `json:"enabled"`
}

type newChannelInput struct{ Body ChannelInput }

func (m *Room) addChannel(ctx context.Context, in newChannelInput) (channelView, error) {
	id, b := identity.From(ctx), in.Body
	c := channel{ID: ulid.Make().String(), OrganisationID: b.OrganisationID, Type: b.Type, CreatedAt: time.Now().UTC(), Version: 1}
	if c.OrganisationID == "" {
		c.OrganisationID = id.Organisation.ID
	}
	if err := id.Scope.Check(c.OrganisationID); err != nil {
		return channelView{}, err
	}
	if b.URL == "" {
		return channelView{}, fault.New(fault.Invalid, "notify.channel.address", "the address is missing").At("body.url", "give the address of the channel")
	}
	secret := b.Secret
	if c.Type == typeWebhook {
		var err error
		if secret, err = newWebhookSecret(); err != nil {
			return channelView{}, err
		}
	}
	c, err := m.fill(ctx, c, b, secret)
	if err != nil {
		return channelView{}, err
	}
	v := viewChannel(c)
	if c.Type == typeWebhook {
		v.Secret = secret
	}
	return v, m.channels.insert(ctx, c)
}

// fill puts what was typed into a channel, secrets sealed.
func (m *Room) fill(ctx context.Context, c channel, b ChannelInput, secret string) (channel, error) {
	for i, k := range b.Kinds {
		if _, ok := m.kinds.Kind(k); !ok {
			return c, fault.New(fault.Invalid, "notify.channel.kind", "there is no kind %s", k).At(fmt.Sprintf("body.kinds[%d]", i), "choose one of the kinds")
		}
	}
	if strings.TrimSpace(b.Name) == "" {
		return c, fault.New(fault.Invalid, "notify.channel.name", "the name is missing").At("body.name", "give a name")
	}
	c.Name, c.Language, c.Kinds, c.Enabled = strings.TrimSpace(b.Name), b.Language, b.Kinds, b.Enabled
	if b.URL != "" {
		u, err := checkAddress(c.Type, b.URL)
		if err != nil {
			return c, err
		}
		c.Host = u.Host
		if c.URL, err = m.kit.Seal.Seal(ctx, channelPurpose, []byte(u.String())); err != nil {
			return c, err
		}
	}
	if secret != "" && c.Type != typeWeCom {
		sealed, err := m.kit.Seal.Seal(ctx, channelPurpose, []byte(secret))
		if err != nil {
			return c, err
		}
		c.Secret = sealed
	}
	return c, nil
}

func (m *Room) readChannel(ctx context.Context, in httpd.Object) (channelView, error) {
	c, err := m.channels.read(ctx, in.ID)
	if err != nil {
		return channelView{}, err
	}
	return viewChannel(c), nil
}

type editChannelInput struct {
	httpd.Object
	httpd.IfMatch
	Body ChannelInput
}

func (m *Room) editChannel(ctx context.Context, in editChannelInput) (channelView, error) {
	version, err := in.Expected()
	if err != nil {
		return channelView{}, err
	}
	c, err := m.channels.read(ctx, in.ID)
	if err != nil {
		return channelView{}, err
	}
	secret := in.Body.Secret
	if c.Type == typeWebhook {
		secret = ""
	}
	if c, err = m.fill(ctx, c, in.Body, secret); err != nil {
		return channelView{}, err
	}
	if err := m.channels.save(ctx, c, version); err != nil {
		return channelView{}, err
	}
	return m.readChannel(ctx, in.Object)
}

func (m *Room) removeChannel(ctx context.Context, in httpd.Object) (httpd.Nothing, error) {
	c, err := m.channels.read(ctx, in.ID)
	if err != nil {
		return httpd.Nothing{}, err
	}
	return httpd.Nothing{}, m.channels.remove(ctx, c, time.Now())
}

type testView struct {
	OK     bool   `json:"ok"`
	Answer string `json:"answer" doc:"What the other side said, or why it could not be asked"`
}

// testChannel sends a message at once, outside the queue.
func (m *Room) testChannel(ctx context.Context, in httpd.Object) (testView, error) {
	c, err := m.channels.read(ctx, in.ID)
	if err != nil {
		return testView{}, err
	}
	if m.courier == nil {
		return testView{}, m.broken
	}
	open, err := m.openChannel(ctx, c)
	if err != nil {
		return testView{}, err
	}
	id := identity.From(ctx)
	n := content{
		ID: ulid.Make().String(), Kind: "notify.test", By: id.Name, At: time.Now().UTC(), Link: "/notices",
		Title: lang.Text{ZH: "测试消息", EN: "Test message"}, Body: lang.Text{ZH: "这是一条测试消息，收到即表示通知渠道可用。", EN: "This is a test: if you read it, the channel works."},
	}
	p, err := open.pack(m.messageOf(c, n.ID, n), time.Now())
	if err != nil {
		return testView{}, err
	}
	v := m.courier.post(ctx, c, p)
	return testView{v.ok, v.reason}, nil
}

// rotateSecret gives a webhook a new secret.
func (m *Room) rotateSecret(ctx context.Context, in httpd.Object) (channelView, error) {
	c, err := m.channels.read(ctx, in.ID)
	if err != nil {
		return channelView{}, err
	}
	if c.Type != typeWebhook {
		return channelView{}, fault.New(fault.Conflict, "notify.channel.secret", "only webhooks have a secret that is made here; edit the channel instead")
	}
	secret, err := newWebhookSecret()
	if err != nil {
		return channelView{}, err
	}
	version := c.Version
	c.Former, c.FormerUntil = c.Secret, time.Now().Add(rotation)
	if c.Secret, err = m.kit.Seal.Seal(ctx, channelPurpose, []byte(secret)); err != nil {
		return channelView{}, err
	}
	if err := m.channels.save(ctx, c, version); err != nil {
		return channelView{}, err
	}
	c.Version++
	v := viewChannel(c)
	v.Secret = secret
	return v, nil
}

type kindView struct {
	ID    string    `json:"id"`
	Title lang.Text `json:"title"`
}

type kindsView struct {
	Items []kindView `json:"items" nullable:"false"`
}

func (m *Room) listKinds(_ context.Context, _ nothing) (kindsView, error) {
	v := kindsView{Items: []kindView{}}
	for _, k := range m.kinds.Kinds() {
		v.Items = append(v.Items, kindView{k.ID, k.Title})
	}
	return v, nil
}

// deliveryView is a delivery as administrators see it.
type deliveryView struct {
	ID             string     `json:"id" title:"编号|ID"`
	Kind           string     `json:"kind" title:"通知类型|Kind"`
	Way            string     `json:"way" enum:"mail,digest,channel" title:"方式|Way"`
	OrganisationID string     `json:"organisation_id" title:"机构|Organisation"`
	Address        string     `json:"address" title:"收件地址|Address"`
	State          string     `json:"state" enum:"waiting,daily,grouped,sent,failed,dropped" title:"状态|State"`
	Attempts       int        `json:"attempts" title:"尝试次数|Attempts"`
	Reason         string     `json:"reason" title:"原因|Reason"`
	CreatedAt      time.Time  `json:"created_at" title:"创建时间|Created"`
	NextAt         *time.Time `json:"next_at,omitempty" title:"下次尝试|Next"`
	DoneAt         *time.Time `json:"done_at,omitempty" title:"完成时间|Done"`
}

func viewDelivery(d delivery) deliveryView {
	v := deliveryView{
		ID: d.ID, Kind: d.Kind, Way: d.Way, OrganisationID: d.OrganisationID, Address: d.Address, State: d.State, Attempts: d.Attempts, Reason: d.Reason, CreatedAt: d.CreatedAt,
	}
	if d.State == stateWaiting && !d.NextAt.IsZero() {
		v.NextAt = &d.NextAt
	}
	if !d.DoneAt.IsZero() {
		v.DoneAt = &d.DoneAt
	}
	return v
}

func (m *Room) listDeliveries(ctx context.Context, in deliveryParams) (sqldb.Page[deliveryView], error) {
	page, err := m.deliveries.list(ctx, in)
	views := sqldb.Page[deliveryView]{Items: make([]deliveryView, len(page.Items)), NextCursor: page.NextCursor, Total: page.Total}
	for i, d := range page.Items {
		views.Items[i] = viewDelivery(d)
	}
	return views, err
}

func (m *Room) retryDelivery(ctx context.Context, in httpd.Object) (deliveryView, error) {
	d, err := m.deliveries.retry(ctx, in.ID, time.Now().UTC())
	if err != nil {
		return deliveryView{}, err
	}
	m.wake()
	return viewDelivery(d), nil
}

type mailView struct {
	Configured bool   `json:"configured"`
	Host       string `json:"host"`
	From       string `json:"from"`
	TLS        string `json:"tls"`
}

func (m *Room) mailState(_ context.Context, _ nothing) (mailView, error) {
	s := m.settings.Mail
	return mailView{m.postman != nil, s.Host, s.From, s.TLS}, nil
}

// testMail mails whoever asks, at once.
func (m *Room) testMail(ctx context.Context, _ nothing) (testView, error) {
	id, err := person(ctx)
	if err != nil {
		return testView{}, err
	}
	if m.postman == nil {
		return testView{}, fault.New(fault.Conflict, "notify.mail.none", "no mail server is configured; see [notify] mail in the configuration")
	}
	p, err := m.directory.Person(ctx, id.PersonID)
	if err != nil {
		return testView{}, err
	}
	if p.Email == "" {
		return testView{}, fault.New(fault.Conflict, "notify.mail.address", "your profile has no e-mail address")
	}
	n := content{Title: lang.Text{ZH: "测试邮件", EN: "Test e-mail"}, Body: lang.Text{ZH: "收到此邮件即表示邮件服务器可用。", EN: "If you read this, the mail server works."}, At: time.Now(), Link: "/notices"}
	l, err := m.writer.letter(delivery{ID: ulid.Make().String(), PersonID: p.ID, Address: p.Email, Language: p.Language}, []content{n})
	if err != nil {
		return testView{}, err
	}
	if err := m.mailNow(ctx, l); err != nil {
		return testView{false, clip(err.Error(), reasonLimit)}, nil
	}
	return testView{true, ""}, nil
}

func (m *Room) mailNow(ctx context.Context, l letter) error {
	msg, err := m.postman.message(l)
	if err != nil {
		return err
	}
	c, err := m.postman.connect(ctx)
	if err != nil {
		return err
	}
	defer c.close()
	return c.send(msg)
}
