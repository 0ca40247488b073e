package system

import (
	"context"

	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/jobs"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// TopicJobs tells that a job began, moved on or ended.
const TopicJobs = "system.jobs"

func (m *Room) jobRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /jobs", Permission: "system.job.view", Summary: "All jobs", Handler: httpd.List(m.jobs)},
		{Pattern: "GET /jobs/{id}", Permission: "system.job.view", Summary: "One job", Handler: httpd.JSON(m.job)},
		{Pattern: "POST /jobs/{id}/cancel", Permission: "system.job.manage", Summary: "Cancel a job", Handler: httpd.JSON(m.cancelJob)},
		{Pattern: "GET /my-jobs", Permission: identity.SignedIn, Summary: "Jobs that one started oneself", Handler: httpd.List(m.ownJobs)},
		{Pattern: "POST /my-jobs/{id}/cancel", Permission: identity.SignedIn, Summary: "Cancel a job that one started", Handler: httpd.JSON(m.cancelOwnJob)},
		{Pattern: "GET /schedules", Permission: "system.job.view", Summary: "Periodic jobs, their last run and when the next is due", Handler: httpd.List(m.desk.ListSchedules)},
		{Pattern: "POST /schedules/run", Permission: "system.job.manage", Summary: "Run a periodic job now", Handler: httpd.JSON(m.runSchedule)},
	}
}

func (m *Room) jobs(ctx context.Context, in jobs.Params) (sqldb.Page[jobs.Job], error) {
	return m.desk.List(ctx, in, "")
}

func (m *Room) job(ctx context.Context, in httpd.Object) (jobs.Job, error) {
	return m.desk.Read(ctx, in.ID, "")
}

func (m *Room) cancelJob(ctx context.Context, in httpd.Object) (jobs.Job, error) {
	return m.desk.Cancel(ctx, in.ID, "")
}

func (m *Room) ownJobs(ctx context.Context, in jobs.Params) (sqldb.Page[jobs.Job], error) {
	return m.desk.List(ctx, in, identity.From(ctx).Actor())
}

func (m *Room) cancelOwnJob(ctx context.Context, in httpd.Object) (jobs.Job, error) {
	return m.desk.Cancel(ctx, in.ID, identity.From(ctx).Actor())
}

type runInput struct {
	Body struct {
		Kind string `json:"kind" minLength:"1" maxLength:"100"`
	}
}

func (m *Room) runSchedule(ctx context.Context, in runInput) (jobs.Job, error) {
	return m.desk.Now(ctx, in.Body.Kind)
}
