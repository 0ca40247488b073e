package identifier

import (
	"context"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

func (m *Module) alarmRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /alarms", Permission: "identifier.apply", Summary: "What of one's own nodes, and of those below, passed a threshold", Handler: httpd.List(m.listAlarms)},
		{Pattern: "PUT /alarms/{id}", Permission: "identifier.apply", Summary: "Say what is done about an alarm", Handler: httpd.JSON(m.noteAlarm)},
	}
}

func (m *Module) listAlarms(ctx context.Context, in alarmParams) (sqldb.Page[alarm], error) {
	return m.alarms.list(ctx, in)
}

type noteAlarmInput struct {
	httpd.Object
	httpd.IfMatch
	Body struct {
		Note string `json:"note" maxLength:"1000"`
	}
}

func (m *Module) noteAlarm(ctx context.Context, in noteAlarmInput) (alarm, error) {
	version, err := in.Expected()
	if err != nil {
		return alarm{}, err
	}
	a, err := m.alarms.get(ctx, in.ID)
	if err != nil {
		return a, err
	}
	n, err := m.nodes.get(ctx, a.NodeID)
	if err != nil {
		return a, err
	}
	may, err := m.explains(ctx, n)
	if err != nil {
		return a, err
	}
	if !may {
		return alarm{}, fault.New(fault.NotFound, "kernel.not_found", "there is no such alarm, or it is not yours to see")
	}
	if err := m.alarms.note(ctx, a, strings.TrimSpace(in.Body.Note), version, time.Now()); err != nil {
		return a, err
	}
	return m.alarms.get(ctx, in.ID)
}
