package incident

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oklog/ulid/v2"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/module"
	"linghang/kernel/notice"
	"linghang/kernel/sqldb"
)

func (m *Incidents) partRoutes() []module.Route {
	return []module.Route{
		{Pattern: "POST /incidents/{id}/tasks", Permission: mayView, Summary: "Give a task by hand", Handler: httpd.JSON(m.giveTask)},
		{Pattern: "POST /incidents/{id}/playbook", Permission: mayView, Summary: "Give the tasks of a playbook", Handler: httpd.JSON(m.begin)},
		{Pattern: "PUT /incidents/{id}/tasks/{task}", Permission: mayView, Summary: "Give an open task to somebody else, or another time", Handler: httpd.JSON(m.assign)},
		{Pattern: "POST /incidents/{id}/tasks/{task}/outcome", Permission: mayView, Summary: "Say that a task is done, or why it does not apply", Handler: httpd.JSON(m.finish)},
		{Pattern: "POST /incidents/{id}/reports", Permission: mayView, Summary: "Record a report upward that somebody made; nothing is sent from here", Handler: httpd.JSON(m.report)},
		{Pattern: "POST /incidents/{id}/guests", Permission: mayHandle, Summary: "Let another organisation in, with its part, until a time", Handler: httpd.JSON(m.letIn)},
		{Pattern: "POST /incidents/{id}/guests/{guest}/end", Permission: mayView, Summary: "Let an organisation in no longer", Handler: httpd.JSON(m.letOut)},
	}
}

// after answers with an incident to which something was added.
func (m *Incidents) after(ctx context.Context, id string, err error) (Detail, error) {
	if err != nil {
		return Detail{}, err
	}
	return m.read(ctx, httpd.Object{ID: id})
}

func tooMany(most int) error {
	return fault.New(fault.Conflict, "security.incident.many", "an incident has at most %d of these", most)
}

// placeOf is an organisation that tasks may be given to: the enterprise, the city, or who is let in.
func (m *Incidents) placeOf(ctx context.Context, tx *sqldb.Tx, i Case, organisation string, now time.Time) (string, lang.Text, error) {
	switch organisation {
	case "", i.OrganisationID:
		return i.OrganisationID, i.Enterprise, nil
	case i.bureau:
		return i.bureau, lang.Text{ZH: "市主管部门", EN: "The city"}, nil
	}
	guests, err := m.store.guests(ctx, tx, i.ID)
	if err != nil {
		return "", lang.Text{}, err
	}
	at := slices.IndexFunc(guests, func(g Guest) bool { return g.OrganisationID == organisation && g.in(now) })
	if at < 0 {
		return "", lang.Text{}, fault.New(fault.Invalid, "security.incident.task", "the task cannot be given so").At("body.organisation_id", "the enterprise, the city, or an organisation that is let in")
	}
	return organisation, guests[at].Organisation, nil
}

type taskIncidentInput struct {
	httpd.Object
	Body struct {
		Title          string    `json:"title" maxLength:"200"`
		What           string    `json:"what,omitempty" maxLength:"4000"`
		OrganisationID string    `json:"organisation_id,omitempty" maxLength:"40" doc:"The enterprise if nothing is said; the city or who is let in by their ID; city is the city"`
		Assignee       string    `json:"assignee,omitempty" maxLength:"80" doc:"Who does it there"`
		DueAt          time.Time `json:"due_at"`
	}
}

func (m *Incidents) giveTask(ctx context.Context, in taskIncidentInput) (Detail, error) {
	b := in.Body
	err := m.add(ctx, in.ID, []side{owner, city}, func(ctx context.Context, tx *sqldb.Tx, i Case, _ side, now time.Time) error {
		title, what := strings.TrimSpace(b.Title), strings.TrimSpace(b.What)
		if title == "" {
			return fault.New(fault.Invalid, "security.incident.task", "the task cannot be given so").At("body.title", "say what is to be done, in 200 characters at most")
		}
		t := Task{Title: lang.Text{ZH: title, EN: title}, What: lang.Text{ZH: what, EN: what}, OrganisationID: m.cityOr(i, b.OrganisationID), Assignee: strings.TrimSpace(b.Assignee), DueAt: b.DueAt.UTC()}
		return m.give(ctx, tx, i, now, t)
	})
	return m.after(ctx, in.ID, err)
}

// cityOr reads the word city as the city's own ID, which forms do not know.
func (m *Incidents) cityOr(i Case, organisation string) string {
	if organisation == "city" {
		return i.bureau
	}
	return organisation
}

// give adds tasks, each to its organisation, which is told.
func (m *Incidents) give(ctx context.Context, tx *sqldb.Tx, i Case, now time.Time, tasks ...Task) error {
	if i.over() {
		return wrongState(i.State)
	}
	list, err := m.store.tasks(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	if len(list)+len(tasks) > mostTasks {
		return tooMany(mostTasks)
	}
	who, told := identity.From(ctx), map[string]bool{}
	for n, t := range tasks {
		if t.OrganisationID, t.Organisation, err = m.placeOf(ctx, tx, i, t.OrganisationID, now); err != nil {
			return err
		}
		if !t.DueAt.After(now) || t.DueAt.After(now.Add(366*24*time.Hour)) {
			return fault.New(fault.Invalid, "security.incident.task", "the task cannot be given so").At("body.due_at", "a time to come, within a year")
		}
		t.ID, t.Number, t.State, t.actor, t.name, t.createdAt = ulid.Make().String(), len(list)+n+1, "open", who.Actor(), who.Name, now
		if err := m.store.addTask(ctx, tx, i.ID, t); err != nil {
			return err
		}
		if err := m.store.note(ctx, tx, i.ID, CaseEvent{At: now, WrittenAt: now, Kind: "task", To: "open", Text: taskLine(who, t), part: t.OrganisationID}); err != nil {
			return err
		}
		told[t.OrganisationID] = true
	}
	for organisation := range told {
		if err := m.tellTask(ctx, tx, "", i, organisation, lang.Text{ZH: "有新的处置任务", EN: "there are new tasks"}); err != nil {
			return err
		}
	}
	return nil
}

func (m *Incidents) tellTask(ctx context.Context, tx *sqldb.Tx, key string, i Case, organisation string, what lang.Text) error {
	permission := mayReport
	if organisation == i.bureau {
		permission = mayHandle
	}
	return m.tell(ctx, tx, noticeTask, key, i, notice.Audience{Organisation: organisation, Permission: permission}, what)
}

func taskLine(who identity.Identity, t Task) string {
	return fmt.Sprintf("%d. %s", t.Number, t.Title.In(who.Language))
}

type beginIncidentInput struct {
	httpd.Object
	Body struct {
		Playbook string `json:"playbook" maxLength:"40"`
	}
}

// begin gives the tasks of a playbook, once.
func (m *Incidents) begin(ctx context.Context, in beginIncidentInput) (Detail, error) {
	err := m.add(ctx, in.ID, []side{owner, city}, func(ctx context.Context, tx *sqldb.Tx, i Case, _ side, now time.Time) error {
		list := holding(m.shelf.playbooks, now)
		at := slices.IndexFunc(list.Playbooks, func(p Playbook) bool { return p.ID == in.Body.Playbook })
		if at < 0 {
			return fault.New(fault.Invalid, "security.incident.playbook", "there is no such playbook").At("body.playbook", "one of the playbooks")
		}
		key, tasks := list.ID+"/"+in.Body.Playbook, []Task{}
		given, err := m.store.tasks(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(given, func(t Task) bool { return t.Playbook == key }) {
			return fault.New(fault.Conflict, "security.incident.playbook_twice", "the tasks of this playbook are given already")
		}
		for _, s := range list.Playbooks[at].Steps {
			t := Task{Playbook: key, Title: s.Title, What: s.What, Done: s.Done, Evidence: s.Evidence, DueAt: now.Add(time.Duration(s.Minutes) * time.Minute)}
			if s.Who == string(city) {
				t.OrganisationID = i.bureau
			}
			tasks = append(tasks, t)
		}
		return m.give(ctx, tx, i, now, tasks...)
	})
	return m.after(ctx, in.ID, err)
}

type assignIncidentInput struct {
	ID   string `path:"id" maxLength:"40"`
	Task string `path:"task" maxLength:"40"`
	Body struct {
		OrganisationID string    `json:"organisation_id" maxLength:"40" doc:"The enterprise, city, or who is let in"`
		Assignee       string    `json:"assignee" maxLength:"80"`
		DueAt          time.Time `json:"due_at"`
	}
}

func (m *Incidents) assign(ctx context.Context, in assignIncidentInput) (Detail, error) {
	err := m.add(ctx, in.ID, []side{owner, city}, func(ctx context.Context, tx *sqldb.Tx, i Case, _ side, now time.Time) error {
		before, err := m.store.task(ctx, tx, i.ID, in.Task)
		if err != nil {
			return err
		}
		if before.State != "open" {
			return fault.New(fault.Conflict, "security.incident.task_over", "this task is finished already")
		}
		t := before
		if t.OrganisationID, t.Organisation, err = m.placeOf(ctx, tx, i, m.cityOr(i, in.Body.OrganisationID), now); err != nil {
			return err
		}
		t.Assignee, t.DueAt = strings.TrimSpace(in.Body.Assignee), in.Body.DueAt.UTC()
		if !t.DueAt.After(now) || t.DueAt.After(now.Add(366*24*time.Hour)) {
			return fault.New(fault.Invalid, "security.incident.task", "the task cannot be given so").At("body.due_at", "a time to come, within a year")
		}
		if err := m.store.saveTask(ctx, tx, before, t); err != nil {
			return err
		}
		who := identity.From(ctx)
		text := strings.TrimSuffix(taskLine(who, t)+" → "+t.Organisation.In(who.Language)+" "+t.Assignee, " ")
		if err := m.store.note(ctx, tx, i.ID, CaseEvent{At: now, WrittenAt: now, Kind: "task", To: "open", Text: text, part: t.OrganisationID}); err != nil {
			return err
		}
		return m.tellTask(ctx, tx, "", i, t.OrganisationID, lang.Text{ZH: "处置任务有调整", EN: "a task was changed"})
	})
	return m.after(ctx, in.ID, err)
}

type finishIncidentInput struct {
	ID   string `path:"id" maxLength:"40"`
	Task string `path:"task" maxLength:"40"`
	Body struct {
		State string `json:"state" maxLength:"20" doc:"done or not_applicable"`
		Note  string `json:"note" maxLength:"4000" doc:"What was done, or why it does not apply"`
	}
}

// finish ends a task: by the organisation that it is given to, or the city.
func (m *Incidents) finish(ctx context.Context, in finishIncidentInput) (Detail, error) {
	err := m.add(ctx, in.ID, []side{owner, city, guest}, func(ctx context.Context, tx *sqldb.Tx, i Case, from side, now time.Time) error {
		who := identity.From(ctx)
		before, err := m.store.task(ctx, tx, i.ID, in.Task)
		if err != nil {
			return err
		}
		own := before.OrganisationID == who.Organisation.ID || from == owner && before.OrganisationID == i.OrganisationID
		if from == guest && !own {
			return noSuch("task")
		}
		if from != city && !own {
			return otherSide()
		}
		t, err := before.finish(in.Body.State, in.Body.Note, now)
		if err != nil {
			return err
		}
		if err := m.store.saveTask(ctx, tx, before, t); err != nil {
			return err
		}
		return m.store.note(ctx, tx, i.ID, CaseEvent{At: now, WrittenAt: now, Kind: "task", From: "open", To: t.State, Text: taskLine(who, t) + "：" + t.Note, part: t.OrganisationID})
	})
	return m.after(ctx, in.ID, err)
}

type reportIncidentInput struct {
	httpd.Object
	Body struct {
		Stage     string    `json:"stage" enum:"first,follow_up,final,accepted"`
		Authority string    `json:"authority" maxLength:"200" doc:"To whom"`
		Channel   string    `json:"channel" maxLength:"200" doc:"How: the hotline, a platform, a letter"`
		Reporter  string    `json:"reporter" maxLength:"80" doc:"Who sent it"`
		SentAt    time.Time `json:"sent_at"`
		Receipt   string    `json:"receipt,omitempty" maxLength:"500" doc:"What the authority gave for it"`
		Text      string    `json:"text" maxLength:"20000" doc:"What was sent"`
	}
}

// report records a report upward: of the enterprise, or of the city that passes one on.
func (m *Incidents) report(ctx context.Context, in reportIncidentInput) (Detail, error) {
	b := in.Body
	err := m.add(ctx, in.ID, []side{owner, city}, func(ctx context.Context, tx *sqldb.Tx, i Case, from side, now time.Time) error {
		who := identity.From(ctx)
		r := Report{
			ID: ulid.Make().String(), Obligation: toReport, Stage: b.Stage, Authority: strings.TrimSpace(b.Authority), Channel: strings.TrimSpace(b.Channel), Reporter: strings.TrimSpace(b.Reporter),
			SentAt: b.SentAt.UTC().Truncate(time.Millisecond), Receipt: strings.TrimSpace(b.Receipt), Text: strings.TrimSpace(b.Text), Missing: []string{}, By: who.Name, Organisation: who.Organisation.Name, CreatedAt: now, actor: who.Actor(),
		}
		if from == city {
			r.Obligation = toPassOn
		}
		if err := m.mayReportNow(i, r); err != nil {
			return err
		}
		done, err := m.store.reports(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		if len(done) >= mostReports {
			return tooMany(mostReports)
		}
		if err := checkReport(r, done, i, now); err != nil {
			return err
		}
		r.Number = len(done) + 1
		for _, x := range missing(m.shelf.asked(i.Category, i.AwareAt), i.facts, Final) {
			r.Missing = append(r.Missing, x.ID)
		}
		if r.Stage == Final && len(r.Missing) > 0 && r.Obligation == toReport {
			return fault.New(fault.Conflict, "security.incident.final", "a final report says everything that is asked for; these are not said: %s", strings.Join(r.Missing, ", ")).With("missing", strings.Join(r.Missing, ", "))
		}
		if err := m.store.addReport(ctx, tx, i.ID, r); err != nil {
			return err
		}
		return m.met(ctx, tx, i, r, now)
	})
	return m.after(ctx, in.ID, err)
}

func (m *Incidents) mayReportNow(i Case, r Report) error {
	if i.State == Merged || i.State == Rejected {
		return wrongState(i.State)
	}
	if r.Obligation == toPassOn && !i.passable() {
		return fault.New(fault.Conflict, "security.incident.pass_on", "the city passes on what is serious or graver; the enterprise reports what is lighter")
	}
	return nil
}

// met ends the clock that a first report was owed to, and writes it down.
func (m *Incidents) met(ctx context.Context, tx *sqldb.Tx, before Case, r Report, now time.Time) error {
	i := before
	if r.Stage == First {
		if _, _, err := m.clocks.Meet(ctx, tx, object(i.ID), r.Obligation, r.SentAt); err != nil {
			return err
		}
	}
	if r.Obligation == toReport && r.Stage == Final {
		if _, _, err := m.clocks.Meet(ctx, tx, object(i.ID), toSumUp, r.SentAt); err != nil {
			return err
		}
	}
	if r.Obligation == toReport {
		i.Upward = r.Stage
		if r.Stage == First {
			i.ReportMetAt = &r.SentAt
		}
		if err := m.store.save(ctx, tx, before, i); err != nil {
			return err
		}
	}
	return m.store.note(ctx, tx, i.ID, CaseEvent{At: r.SentAt, WrittenAt: now, Kind: "report", From: r.Obligation, To: r.Stage, Text: strings.Join([]string{r.Authority, r.Channel, r.Reporter, r.Receipt}, " · ")})
}

type letInIncidentInput struct {
	httpd.Object
	Body struct {
		OrganisationID string    `json:"organisation_id" maxLength:"40"`
		Part           string    `json:"part" maxLength:"4000" doc:"What it is to do or to know: this it reads"`
		Reason         string    `json:"reason" maxLength:"2000" doc:"Why it is let in; it does not read this"`
		Until          time.Time `json:"until"`
	}
}

func (m *Incidents) letIn(ctx context.Context, in letInIncidentInput) (Detail, error) {
	who := identity.From(ctx)
	org, err := m.people.Organisation(ctx, in.Body.OrganisationID)
	if err != nil && fault.KindOf(err) != fault.NotFound {
		return Detail{}, err
	}
	g := Guest{
		ID: ulid.Make().String(), OrganisationID: org.ID, Organisation: org.Name, Part: strings.TrimSpace(in.Body.Part), Reason: strings.TrimSpace(in.Body.Reason),
		Until: in.Body.Until.UTC().Truncate(time.Millisecond), By: who.Name, actor: who.Actor(),
	}
	err = m.add(ctx, in.ID, []side{city}, func(ctx context.Context, tx *sqldb.Tx, i Case, _ side, now time.Time) error {
		guests, err := m.store.guests(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		if len(guests) >= mostGuests {
			return tooMany(mostGuests)
		}
		if err := i.letIn(g, guests, now); err != nil {
			return err
		}
		g.CreatedAt = now
		if err := m.store.addGuest(ctx, tx, i.ID, g); err != nil {
			return err
		}
		// The reason is not for who is let in: it stands in no part of theirs.
		text := g.Organisation.In(who.Language) + "：" + g.Reason
		if err := m.store.note(ctx, tx, i.ID, CaseEvent{At: now, WrittenAt: now, Kind: "guest", To: "in", Text: text}); err != nil {
			return err
		}
		return m.tell(ctx, tx, noticeLetIn, "", i, notice.Audience{Organisation: g.OrganisationID, Permission: mayReport}, lang.Text{ZH: "贵单位获准参与处置", EN: "your organisation is let in"})
	})
	return m.after(ctx, in.ID, err)
}

type letOutIncidentInput struct {
	ID    string `path:"id" maxLength:"40"`
	Guest string `path:"guest" maxLength:"40"`
	Body  struct {
		Reason string `json:"reason" maxLength:"2000"`
	}
}

func (m *Incidents) letOut(ctx context.Context, in letOutIncidentInput) (Detail, error) {
	err := m.add(ctx, in.ID, []side{owner, city}, func(ctx context.Context, tx *sqldb.Tx, i Case, _ side, now time.Time) error {
		if err := wantReason(in.Body.Reason); err != nil {
			return err
		}
		guests, err := m.store.guests(ctx, tx, i.ID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(guests, func(g Guest) bool { return g.ID == in.Guest })
		if at < 0 {
			return noSuch("guest")
		}
		if err := m.store.endGuest(ctx, tx, in.Guest, strings.TrimSpace(in.Body.Reason), now); err != nil {
			return err
		}
		return m.store.note(ctx, tx, i.ID, CaseEvent{At: now, WrittenAt: now, Kind: "guest", To: "out", Text: guests[at].Organisation.In(identity.From(ctx).Language) + "：" + strings.TrimSpace(in.Body.Reason)})
	})
	return m.after(ctx, in.ID, err)
}
