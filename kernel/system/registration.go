package system

import (
	"context"
	"slices"

	"linghang/kernel/district"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

// The kinds of notices of the room.
const (
	noticeRegistration = "system.registration.submitted"
	noticeDecision     = "system.registration.decided"
)

func notices() []notice.Kind {
	return append(slices.Concat(personalNotices(), retentionNotices(), exportNotices()), []notice.Kind{
		{ID: noticeHealth, Title: lang.Text{ZH: "组件异常", EN: "Components that fail"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeRegistration, Title: lang.Text{ZH: "机构注册待审核", EN: "Registrations to review"}, Gravity: notice.Important, Mail: notice.AtOnce},
		{ID: noticeDecision, Title: lang.Text{ZH: "机构注册审核结果", EN: "Decisions on registrations"}, Gravity: notice.Important, Mail: notice.AtOnce, Mandatory: true},
		{ID: noticeMembership, Title: lang.Text{ZH: "机构成员变化", EN: "Changes of membership"}, Gravity: notice.Important, Mail: notice.AtOnce, Mandatory: true},
		{ID: noticeInvitation, Title: lang.Text{ZH: "加入机构的邀请", EN: "Invitations to organisations"}, Gravity: notice.Important, Mail: notice.AtOnce, Mandatory: true},
		{ID: noticeAnswer, Title: lang.Text{ZH: "邀请的答复", EN: "Answers to invitations"}, Gravity: notice.Info, Mail: notice.Daily},
	}...)
}

func (m *Room) registrationRoutes() []module.Route {
	const review = "system.registration.review"
	return []module.Route{
		{Pattern: "GET /registration/form", Permission: identity.Public, Summary: "What the registration form needs: districts and the text to agree to", Handler: httpd.JSON(m.registrationForm)},
		{Pattern: "POST /registration", Permission: identity.Public, Summary: "Apply for an organisation to join; the secret of its page is shown once", Handler: httpd.Created(m.register)},
		{Pattern: "GET /registration", Permission: identity.Public, Summary: "One's own application, by the secret of its page", Handler: httpd.JSON(m.ownRegistration)},
		{Pattern: "PUT /registration", Permission: identity.Public, Summary: "Submit a returned application again", Handler: httpd.JSON(m.submitAgain)},
		{Pattern: "GET /registrations", Permission: review, Summary: "Applications of organisations", Handler: httpd.List(m.directory.Registrations)},
		{Pattern: "GET /registrations/{id}", Permission: review, Summary: "One application, with its namesakes", Handler: httpd.JSON(m.registration)},
		{Pattern: "POST /registrations/{id}/decision", Permission: review, Summary: "Approve, return or refuse an application", Handler: httpd.JSON(m.decide)},
	}
}

type formView struct {
	Districts      []district.District `json:"districts" nullable:"false"`
	ConsentVersion string              `json:"consent_version"`
	ConsentText    lang.Text           `json:"consent_text"`
	PasswordMin    int                 `json:"password_min"`
}

func (m *Room) registrationForm(context.Context, nothing) (formView, error) {
	text := identity.PurposeOf(identity.ForRegistration)
	return formView{district.All(), text.Version, text.Text, identity.PasswordMin}, nil
}

type registerInput struct{ Body identity.RegistrationInput }

type registeredView struct {
	ID     string `json:"id"`
	Secret string `json:"secret" doc:"Opens the page of the application; shown this once"`
}

func (m *Room) register(ctx context.Context, in registerInput) (registeredView, error) {
	sealer := func(secret string) (string, error) { return m.links.Seal(ctx, "link", []byte(secret)) }
	tell, err := m.tellReviewers(ctx)
	if err != nil {
		return registeredView{}, err
	}
	r, secret, err := m.directory.Register(ctx, in.Body, httpd.ClientIP(ctx), sealer, tell)
	return registeredView{r.ID, secret}, err
}

// tellReviewers tells those in the bureau who review that an application waits.
func (m *Room) tellReviewers(ctx context.Context) (func(identity.Registration) func(context.Context, *sqldb.Tx) error, error) {
	root, err := m.directory.Root(ctx)
	if err != nil {
		return nil, err
	}
	return func(r identity.Registration) func(context.Context, *sqldb.Tx) error {
		n := notice.Notice{
			Kind: noticeRegistration, Link: "/system/registrations?open=" + r.ID,
			Title: lang.Text{ZH: "机构注册待审核：" + r.Name.ZH, EN: "A registration to review: " + r.Name.EN}, Body: lang.Text{ZH: r.USCC, EN: r.USCC},
			To: notice.Audience{Organisation: root.ID, Permission: "system.registration.review"},
		}
		return func(ctx context.Context, tx *sqldb.Tx) error { return m.kit.Notices.Send(ctx, tx, n) }
	}, nil
}

// BySecret is the input of routes that an applicant opens with the link's secret.
type BySecret struct {
	Secret string `header:"X-Registration-Secret" required:"true" maxLength:"100" doc:"From the link of the application"`
}

type secretInput struct{ BySecret }

func (m *Room) ownRegistration(ctx context.Context, in secretInput) (identity.Registration, error) {
	r, err := m.directory.RegistrationBySecret(ctx, in.Secret)
	r.DecidedBy = "" // who decided is the bureau's
	return r, err
}

type againInput struct {
	BySecret
	Body identity.RegistrationInput
}

func (m *Room) submitAgain(ctx context.Context, in againInput) (identity.Registration, error) {
	tell, err := m.tellReviewers(ctx)
	if err != nil {
		return identity.Registration{}, err
	}
	r, err := m.directory.SubmitAgain(ctx, in.Secret, in.Body, tell)
	if err != nil {
		return r, err
	}
	return m.ownRegistration(ctx, secretInput{in.BySecret})
}

type registrationView struct {
	identity.Registration
	Namesakes []identity.Namesake `json:"namesakes" nullable:"false"`
}

func (m *Room) registration(ctx context.Context, in httpd.Object) (registrationView, error) {
	r, err := m.directory.Registration(ctx, in.ID)
	if err != nil {
		return registrationView{}, err
	}
	same, err := m.directory.Namesakes(ctx, r)
	return registrationView{r, same}, err
}

type decisionInput struct {
	httpd.Object
	httpd.IfMatch
	Body identity.Decision
}

func (m *Room) decide(ctx context.Context, in decisionInput) (registrationView, error) {
	version, err := in.Expected()
	if err != nil {
		return registrationView{}, err
	}
	tell := func(r identity.Registration, person string) func(context.Context, *sqldb.Tx) error {
		return func(ctx context.Context, tx *sqldb.Tx) error { return m.kit.Notices.Send(ctx, tx, decided(r, person)) }
	}
	if _, err := m.directory.Decide(ctx, in.ID, version, in.Body, tell); err != nil {
		return registrationView{}, err
	}
	return m.registration(ctx, in.Object)
}

// decided tells the applicant: the new manager as a person, anybody else by
// mail with the link to the application.
func decided(r identity.Registration, person string) notice.Notice {
	n := notice.Notice{Kind: noticeDecision, Body: lang.Text{ZH: r.Reason, EN: r.Reason}}
	if person != "" {
		n.Title = lang.Text{ZH: "机构注册已通过：" + r.Name.ZH, EN: "Your organisation is registered: " + r.Name.EN}
		n.Link, n.To = "/", notice.Audience{Persons: []string{person}}
		return n
	}
	n.Title = lang.Text{ZH: "机构注册被退回，请修改后重新提交：" + r.Name.ZH, EN: "Please mend your registration and submit it again: " + r.Name.EN}
	if r.State == identity.RegistrationRefused {
		n.Title = lang.Text{ZH: "机构注册未通过：" + r.Name.ZH, EN: "Your registration is refused: " + r.Name.EN}
	}
	n.Link, n.Secret = "/registration#", r.SealedSecret()
	n.To = notice.Audience{Addresses: []notice.Address{{Email: r.ContactEmail, Language: r.Language}}}
	return n
}
