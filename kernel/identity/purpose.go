package identity

import "linghang/kernel/lang"

// The purposes for which something about persons is kept. Each has its own text
// and its own versions: whoever agreed to one has not agreed to another.
const (
	ForRegistration  = "registration"  // the contact of an organisation that asks to join
	ForAccount       = "account"       // whoever signs in
	ForNotifications = "notifications" // e-mail, beside the inbox
)

// Purpose is one of them with the text in force.
type Purpose struct {
	ID      string    `json:"id" enum:"registration,account,notifications"`
	Version string    `json:"version"`
	Title   lang.Text `json:"title"`
	Text    lang.Text `json:"text"`
	Needed  bool      `json:"needed" doc:"Without it there is no account: taking it back closes the account"`
}

// Purposes lists them. A text that is changed gets another version.
func Purposes() []Purpose {
	return []Purpose{
		{
			ID: ForRegistration, Version: "2026-1", Needed: true, Title: lang.Text{ZH: "机构注册", EN: "Registration of an organisation"},
			Text: lang.Text{
				ZH: "我们收集联系人的姓名、电话、邮箱和登录名，仅用于审核本次机构注册、登录和与您联系；不向第三方提供，法律法规另有规定的除外。您可以查阅、更正这些信息，或要求注销账号。",
				EN: "We keep the name, telephone number, e-mail address and login of the contact, only to review this registration, to let you sign in and to reach you; we give them to nobody unless the law requires it. You may read and correct them, or ask us to close the account.",
			},
		},
		{
			ID: ForAccount, Version: "2026-1", Needed: true, Title: lang.Text{ZH: "账户与登录", EN: "Account and sign-in"},
			Text: lang.Text{
				ZH: "为开立账户和保障登录安全，我们保存您的姓名、登录名、邮箱、所属机构与角色、登录中的浏览器及其来源地址；按法律要求，您的操作记入审计日志。这些信息不向第三方提供，法律法规另有规定的除外。您可以查阅、更正，或要求删除。",
				EN: "To give you an account and to keep signing in safe we keep your name, login, e-mail address, organisations and roles, and the browsers with the addresses from which you sign in; as the law requires, what you do is in the audit log. We give this to nobody unless the law requires it. You may read and correct it, or ask to be erased.",
			},
		},
		{
			ID: ForNotifications, Version: "2026-1", Title: lang.Text{ZH: "邮件通知", EN: "Notices by e-mail"},
			Text: lang.Text{
				ZH: "我们将与您工作有关的通知发送到您的邮箱，并保存投递记录。撤回后不再发送邮件，通知仍在收件箱中，账户不受影响。",
				EN: "We send notices about your work to your e-mail address, and keep a record of their delivery. Take this back and no e-mail is sent any more; notices stay in your inbox, and your account stays as it is.",
			},
		},
	}
}

// PurposeOf returns a purpose; the zero Purpose for what is none.
func PurposeOf(id string) Purpose {
	for _, p := range Purposes() {
		if p.ID == id {
			return p
		}
	}
	return Purpose{}
}
