package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"linghang/kernel/bus"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/kerneltest"
)

// access is a city in which one object of every kind belongs to "ours".
type access struct {
	*kerneltest.City
	fixtures []fixture
	private  []string // what was said about an object of ours
	secrets  []string // what nobody of "theirs" may ever read
}

// fixture puts an object into a path. shared objects are the city's: whoever
// holds the permission may see them.
type fixture struct {
	prefix string
	path   string
	shared bool
}

// Every route of the OpenAPI document is called as every role in the bureau,
// in the organisation that owns the objects, in another one, and as nobody.
func TestEveryRouteAsEverybody(t *testing.T) {
	a := newAccess(t)
	routes := a.Server().Routes()
	a.checkDocument(t, routes)
	slices.SortStableFunc(routes, func(x, y httpd.MountedRoute) int { return severity(x) - severity(y) })
	calls := 0
	for _, r := range routes {
		if r.Path == "/api/live" {
			continue // a stream does not end; kernel/httpd tests who may watch what
		}
		path, shared := a.path(t, r)
		for _, who := range order(a.People()) {
			a.call(t, r, path, shared, who)
			calls++
		}
	}
	t.Logf("%d routes, %d calls", len(routes), calls)
}

// severity puts routes that take something away behind all others, and those
// that end sessions last.
func severity(r httpd.MountedRoute) int {
	switch {
	case r.Path == "/api/system/sign-out":
		return 2
	case r.Method() == http.MethodDelete:
		return 1
	}
	return 0
}

// order lets strangers try before those who may.
func order(people []string) []string {
	people = slices.Clone(people)
	slices.SortStableFunc(people, func(x, y string) int { return rank(x) - rank(y) })
	return people
}

func rank(who string) int {
	switch {
	case who == "":
		return 0
	case strings.HasSuffix(who, "-theirs"):
		return 1
	case strings.HasSuffix(who, "-ours"):
		return 2
	}
	return 3
}

func (a *access) call(t *testing.T, r httpd.MountedRoute, path string, shared bool, who string) {
	t.Helper()
	body := ""
	if r.Method() != http.MethodGet && r.Method() != http.MethodDelete {
		body = "{}"
	}
	reply := a.Send(t, r.Method(), path, who, body)
	fail := func(format string, args ...any) {
		t.Helper()
		t.Errorf("%s %s as %q: %d %.200s: %s", r.Method(), r.Path, who, reply.Status, reply.Body, fmt.Sprintf(format, args...))
	}
	if reply.Status >= 500 {
		fail("the server failed")
	}
	stranger := strings.HasSuffix(who, "-theirs")
	if stranger {
		for _, secret := range a.secrets {
			if strings.Contains(string(reply.Body), secret) && !strings.Contains(path, secret) {
				fail("it tells %q to a stranger", secret)
			}
		}
	}
	switch {
	case r.OwnKey:
		if reply.Status != http.StatusUnauthorized && reply.Status != http.StatusUnsupportedMediaType {
			fail("a route with keys of its own took a session")
		}
	case r.Permission == identity.Public:
	case who == "":
		if reply.Status != http.StatusUnauthorized {
			fail("nobody is to be refused with 401")
		}
	case !a.may(who, r.Permission):
		if reply.Status != http.StatusForbidden {
			fail("%s lacks %s and is to be refused with 403", who, r.Permission)
		}
	case reply.Status == http.StatusUnauthorized || isPermission(reply):
		fail("%s holds %s and is refused", who, r.Permission)
	case stranger && !shared && reply.Status < 300:
		fail("a stranger reached an object of another organisation")
	case r.Method() == http.MethodGet && (!stranger || shared) && reply.Status >= 400 && !explained(reply):
		fail("somebody who may read it cannot")
	}
}

func (a *access) may(who, permission string) bool {
	c := a.Directory().Catalogue()
	return permission == identity.SignedIn || c.Of(kerneltest.RoleOf(who)).Holds(c.Set([]string{permission}))
}

// isPermission tells a refusal for want of the permission from one by a rule.
func isPermission(r kerneltest.Reply) bool {
	var p httpd.Problem
	return json.Unmarshal(r.Body, &p) == nil && p.Key == "kernel.permission"
}

// explained are readings that need more than the path, and say what; and the
// objects for which no fixture can exist.
func explained(r kerneltest.Reply) bool {
	var p httpd.Problem
	var prometheus struct{ ErrorType string } // the query API tells faults in its own way
	return json.Unmarshal(r.Body, &p) == nil && r.Status == http.StatusUnprocessableEntity && len(p.Errors) > 0 ||
		json.Unmarshal(r.Body, &prometheus) == nil && r.Status == http.StatusBadRequest && prometheus.ErrorType == "bad_data"
}

// checkDocument proves that what is called here is what the document lists.
func (a *access) checkDocument(t *testing.T, routes []httpd.MountedRoute) {
	t.Helper()
	var doc struct {
		OpenAPI string                                `json:"openapi"`
		Paths   map[string]map[string]json.RawMessage `json:"paths"`
	}
	a.Get(t, "/api/openapi.json", "").Decode(t, &doc)
	if !strings.HasPrefix(doc.OpenAPI, "3.1") {
		t.Errorf("the document is OpenAPI %s", doc.OpenAPI)
	}
	listed := 0
	for _, methods := range doc.Paths {
		listed += len(methods)
	}
	if listed != len(routes) {
		t.Errorf("the document lists %d operations, %d routes are mounted", listed, len(routes))
	}
	for _, r := range routes {
		path := strings.ReplaceAll(r.Path, "...}", "}") // OpenAPI knows no parameter that is the rest of a path
		if _, ok := doc.Paths[path][strings.ToLower(r.Method())]; !ok {
			t.Errorf("%s %s is not in the document", r.Method(), r.Path)
		}
	}
}

// path puts the objects of "ours" into a route's path.
func (a *access) path(t *testing.T, r httpd.MountedRoute) (path string, shared bool) {
	t.Helper()
	if !strings.Contains(r.Path, "{") {
		return r.Path, true
	}
	for _, f := range a.fixtures {
		if rest, ok := strings.CutPrefix(r.Path, f.prefix); ok && (rest == "" || rest[0] == '/') && !strings.Contains(rest, "{") {
			return f.path + rest, f.shared
		}
	}
	t.Fatalf("%s %s has no fixture: add one, so that its access is tested", r.Method(), r.Path)
	return "", false
}

type created struct {
	ID string `json:"id"`
}

// make posts as somebody and returns the new object's ID.
func (a *access) make(t *testing.T, path, who, body string) string {
	t.Helper()
	r := a.Send(t, "POST", path, who, body)
	if r.Status != http.StatusCreated && r.Status != http.StatusOK {
		t.Fatalf("POST %s as %s: %d %s", path, who, r.Status, r.Body)
	}
	var c created
	r.Decode(t, &c)
	return c.ID
}

func newAccess(t *testing.T) *access {
	t.Helper()
	a := &access{City: kerneltest.Start(t, platform, kerneltest.Options{Rooms: anyPort()})}
	platformID := a.make(t, "/api/platforms", "manager-ours", `{"name":{"zh":"我方平台","en":"Our platform"},"code":"ours","class":"industry","district":"370202"}`)
	keyID := a.make(t, "/api/platforms/"+platformID+"/keys", "manager-ours", `{"kind":"push"}`)
	token := a.make(t, "/api/system/tokens", "manager-ours", `{"name":"our program","permissions":["platforms.view"]}`)
	var persons struct {
		Items []created `json:"items"`
	}
	a.Get(t, "/api/platforms", "reporter-ours") // a person exists who has asked
	a.Get(t, "/api/system/persons?q=reporter-ours", "administrator").Decode(t, &persons)
	if len(persons.Items) != 1 {
		t.Fatalf("there are %d persons reporter-ours", len(persons.Items))
	}
	person := persons.Items[0].ID
	lost := a.make(t, "/api/system/persons", "manager-ours",
		fmt.Sprintf(`{"login":"lost.phone","name":"lost phone","password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":"viewer"}]}`, a.Ours.ID))
	channelID := a.make(t, "/api/notify/channels", "manager-ours", `{"type":"webhook","name":"our channel","url":"https://127.0.0.1/hook","language":"zh","kinds":[],"enabled":true}`)
	machineID := a.make(t, "/api/machine/machines", "manager-ours", `{"name":"our gateway","kind":"gateway"}`)
	member := a.make(t, "/api/system/persons", "manager-ours",
		fmt.Sprintf(`{"login":"some.member","name":"some member","password":"correct horse battery staple","memberships":[{"organisation_id":%q,"role":"viewer"}]}`, a.Ours.ID))
	invitation := a.make(t, "/api/system/invitations", "manager-ours", `{"role":"viewer","email":"invited@ours.test"}`)
	ruleID := a.make(t, "/api/share/rules", "manager-ours", fmt.Sprintf(`{"title":{"zh":"我方规则","en":"Our rule"},"noun":"platforms/platform","purpose":"test","until":%q,
		"audience":{"organisations":[],"kinds":["park"],"districts":[]}}`, time.Now().Add(24*time.Hour).Format(time.RFC3339)))
	nodeID := a.make(t, "/api/identifier/nodes", "manager-ours", `{"role":"secondary","prefix":"88.7","name":{"zh":"我方节点","en":"Our node"},"hosting":"hosted"}`)
	a.fixtures = append(a.platformFixtures(t), []fixture{
		{"/id/{path...}", "/id/01/09506000134352", true},
		{"/api/identifier/alarms/{id}", "/api/identifier/alarms/none", false},
		{"/api/identifier/nodes/{id}/imports/blank/{format}", "/api/identifier/nodes/" + nodeID + "/imports/blank/csv", false},
		{"/api/identifier/nodes/{id}", "/api/identifier/nodes/" + nodeID, false},
		{"/api/identifier/events/{id}", "/api/identifier/events/none", false},
		{"/api/identifier/stops/{id}", "/api/identifier/stops/none", false},
		{"/api/share/rules/{id}", "/api/share/rules/" + ruleID, false},
		{"/api/machine/machines/{id}", "/api/machine/machines/" + machineID, false},
		{"/api/system/organisations/{id}/members/{person}", "/api/system/organisations/" + a.Ours.ID + "/members/" + member, false},
		{"/api/system/audit/retention/{id}", "/api/system/audit/retention/none", true},
		{"/api/system/exports/{id}", "/api/system/exports/none", false},
		{"/api/system/my-exports/{id}", "/api/system/my-exports/none", false},
		{"/api/system/me/requests/{id}", "/api/system/me/requests/none", false},
		{"/api/system/personal-requests/{id}", "/api/system/personal-requests/none", false},
		{"/api/system/invitations/{id}", "/api/system/invitations/" + invitation, false},
		{"/api/system/invitations/organisations/{id}", "/api/system/invitations/organisations/" + a.invitedOrganisation(t), false},
		{"/api/system/registrations/{id}", "/api/system/registrations/" + a.registration(t), false},
		{"/api/system/persons/{id}/factors", "/api/system/persons/" + lost + "/factors", false}, // ends the sessions of who has some
		{"/api/system/me/passkeys/{id}", "/api/system/me/passkeys/none", false},
		{"/api/notify/channels/{id}", "/api/notify/channels/" + channelID, false},
		{"/api/notify/deliveries/{id}", "/api/notify/deliveries/none", false},
		{"/api/platforms/{id}/keys/{key}", "/api/platforms/" + platformID + "/keys/" + keyID, false},
		{"/api/platforms/ingest/v1/reports/{receipt}", "/api/platforms/ingest/v1/reports/none", false},
		{"/api/platforms/{id}", "/api/platforms/" + platformID, false},
		{"/api/system/organisations/{id}", "/api/system/organisations/" + a.Ours.ID, false},
		{"/api/system/persons/{id}", "/api/system/persons/" + person, false},
		{"/api/system/tokens/{id}", "/api/system/tokens/" + token, false},
		{"/api/system/sessions/{id}", "/api/system/sessions/none", false},
	}...)
	a.enterpriseFixtures(t)
	a.scenarioFixtures(t)
	a.pilotFixtures(t)
	a.noticeFixtures(t)
	a.diagnosisFixtures(t)
	a.needFixtures(t)
	a.policyFixtures(t)
	a.cultivationFixtures(t)
	a.atlasFixtures(t)
	a.sensorFixtures(t)
	a.serviceFixtures(t)
	a.situationFixtures(t)
	a.intelFixtures(t)
	a.incidentFixtures(t)
	a.weaknessFixtures(t)
	a.identifierFixtures(t)
	a.planFixtures(t)
	a.letterFixture(t)
	a.jobFixture(t)
	a.programFixtures(t)
	a.Cookie(t, string(identity.SecurityAdministrator)) // from now on the system administrator stands in for nobody
	a.Cookie(t, string(identity.Auditor))
	a.secrets = append(a.private, a.Ours.ID, a.Ours.Name.ZH, platformID, keyID, nodeID, "我方节点", token, person, channelID, machineID, ruleID, "reporter-ours", member, invitation, "invited@ours.test")
	return a
}

// identifierFixtures are what a node of ours has that is in trial, and so is for
// everybody to see; they are not.
func (a *access) identifierFixtures(t *testing.T) {
	t.Helper()
	root := a.make(t, "/api/identifier/nodes", "officer", `{"role":"root","name":{"zh":"根","en":"Root"},"hosting":"hosted"}`)
	node := a.make(t, "/api/identifier/nodes", "officer", fmt.Sprintf(`{"role":"secondary","prefix":"88.8","above_id":%q,"name":{"zh":"节点","en":"Node"},"hosting":"hosted","operator_id":%q,"operator_name":{"zh":"某","en":"Some"}}`, root, a.Ours.ID))
	var c created
	kerneltest.Wait(t, "a file of identifiers to be taken", func() bool {
		r := a.Send(t, "POST", "/api/identifier/nodes/"+node+"/imports?name=ours.csv", "manager-ours", "handle,URL\nT1,http://a.example\n", "Content-Type", "text/csv")
		if r.Status != http.StatusAccepted {
			return false
		}
		r.Decode(t, &c)
		return true
	})
	rule := a.make(t, "/api/identifier/nodes/"+node+"/rules", "manager-ours", `{"name":{"zh":"我方规则","en":""},"segments":[{"kind":"constant","text":"S"},{"kind":"serial","width":4}]}`)
	batch := a.make(t, "/api/identifier/rules/"+rule+"/batches", "manager-ours", `{"count":1,"values":[{"index":1,"type":"URL","data":"http://a.example"}]}`)
	sheet := a.make(t, "/api/identifier/labels", "manager-ours", `{"source":{"handles":["(01)09506000134352"]},"design":{"symbol":"data_matrix","carries":"gs1","width":40,"height":30,"paper":"roll"}}`)
	template := a.make(t, "/api/identifier/templates", "manager-ours", `{"code":"ours","name":{"zh":"我方模板","en":""},"industry":"","items":[{"name":"model","title":"型号","type":"text"}]}`)
	probe := a.make(t, "/api/identifier/probes", "officer", fmt.Sprintf(`{"name":"elsewhere","organisation_id":%q}`, a.Ours.ID))
	recursive := a.make(t, "/api/identifier/recursive/rules", "officer", `{"kind":"block_prefix","prefix":"88.999"}`)
	application := a.make(t, "/api/identifier/nodes/"+node+"/applications", "manager-ours", `{"name":"our application","kind":1}`)
	month := time.Now().AddDate(0, 0, -32).Format("2006-01")
	report := a.make(t, "/api/identifier/nodes/"+node+"/reports", "manager-ours", fmt.Sprintf(`{"month":%q}`, month))
	a.fixtures = append(a.fixtures,
		fixture{"/api/identifier/applications/{id}", "/api/identifier/applications/" + application, false},
		fixture{"/api/identifier/reports/{id}", "/api/identifier/reports/" + report, false},
		fixture{"/api/identifier/imports/{id}", "/api/identifier/imports/" + c.ID, false},
		fixture{"/api/identifier/rules/{id}", "/api/identifier/rules/" + rule, false},
		fixture{"/api/identifier/batches/{id}", "/api/identifier/batches/" + batch, false},
		fixture{"/api/identifier/labels/{id}", "/api/identifier/labels/" + sheet, false},
		fixture{"/api/identifier/templates/{id}", "/api/identifier/templates/" + template, false},
		fixture{"/api/identifier/probes/{id}", "/api/identifier/probes/" + probe, false},
		fixture{"/api/identifier/recursive/rules/{id}", "/api/identifier/recursive/rules/" + recursive, false},
	)
}

// letterFixture parks a delivery as the bus does.
func (a *access) letterFixture(t *testing.T) {
	t.Helper()
	err := a.Letters().Park(t.Context(), bus.Letter{
		Consumer: "plan-none", Message: bus.Message{ID: "none", Subject: "plan.none", At: time.Now(), Data: []byte(`{}`)}, Err: bus.ErrUnreadable,
	})
	if err != nil {
		t.Fatal(err)
	}
	var letters struct {
		Items []created `json:"items"`
	}
	a.Get(t, "/api/system/dead-letters", "administrator").Decode(t, &letters)
	if len(letters.Items) != 1 {
		t.Fatalf("there are %d dead letters", len(letters.Items))
	}
	a.fixtures = append(a.fixtures, fixture{"/api/system/dead-letters/{id}", "/api/system/dead-letters/" + letters.Items[0].ID, false})
}

// jobFixture is the first run of a periodic job.
func (a *access) jobFixture(t *testing.T) {
	t.Helper()
	var jobs struct {
		Items []created `json:"items"`
	}
	kerneltest.Wait(t, "a periodic job", func() bool {
		a.Get(t, "/api/system/jobs", "administrator").Decode(t, &jobs)
		return len(jobs.Items) > 0
	})
	a.fixtures = append(a.fixtures,
		fixture{"/api/system/jobs/{id}", "/api/system/jobs/" + jobs.Items[0].ID, false},
		fixture{"/api/system/my-jobs/{id}", "/api/system/my-jobs/none", false},
	)
}

// programFixtures registers a program of "ours" that has asked to sign somebody in,
// by a browser and by a device; whoever gets the request may decide upon it.
func (a *access) programFixtures(t *testing.T) {
	t.Helper()
	client := a.make(t, "/api/oidc/clients", "administrator", fmt.Sprintf(`{"name":{"zh":"我方应用","en":"Our program"},"organisation_id":%q,"confidential":false,"redirect_uris":["https://ours.test/back"],
		"logout_uris":[],"grants":["authorization_code","urn:ietf:params:oauth:grant-type:device_code"],"scopes":["openid"],"audiences":[],"algorithm":"EdDSA","own":false,"enabled":true}`, a.Ours.ID))
	asked := a.Get(t, "/api/oidc/authorize?response_type=code&scope=openid&code_challenge_method=S256&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&redirect_uri=https://ours.test/back&client_id="+client, "")
	_, request, _ := strings.Cut(asked.Header.Get("Location"), "request=")
	var device struct {
		UserCode string `json:"user_code"`
	}
	a.Send(t, "POST", "/api/oidc/device-authorization", "", "scope=openid&client_id="+client, "Content-Type", "application/x-www-form-urlencoded").Decode(t, &device)
	a.fixtures = append(a.fixtures,
		fixture{"/api/oidc/clients/{id}", "/api/oidc/clients/" + client, false},
		fixture{"/api/oidc/requests/{id}", "/api/oidc/requests/" + request, true},
		fixture{"/api/oidc/devices/{id}", "/api/oidc/devices/" + device.UserCode, true},
		fixture{"/api/oidc/me/programs/{id}", "/api/oidc/me/programs/none", false},
		fixture{"/api/oidc/providers/{id}", "/api/oidc/providers/" + a.make(t, "/api/oidc/providers", "administrator",
			`{"name":{"zh":"省身份认证","en":""},"issuer":"https://127.0.0.1","client_id":"x","domains":[],"second_factor":false,"acr_values":[],"enabled":true}`), true},
		fixture{"/api/oidc/sign-in/{id}", "/api/oidc/sign-in/none", true},
		fixture{"/api/oidc/callback/{id}", "/api/oidc/callback/none", true},
		fixture{"/api/oidc/me/links/{id}", "/api/oidc/me/links/none", false},
	)
}

// planFixtures begins a plan of the bureau in which "ours" owns one target.
func (a *access) planFixtures(t *testing.T) {
	t.Helper()
	planID := a.make(t, "/api/plan/plans", "officer", `{"template":"qingdao-2022-2024"}`)
	var board struct {
		Targets []struct {
			ID      string  `json:"id"`
			Goal    float64 `json:"goal"`
			Version int64   `json:"version"`
			Kind    string  `json:"kind"`
			Formula string  `json:"formula"`
		} `json:"targets"`
	}
	a.Get(t, "/api/plan/plans/"+planID+"/board", "officer").Decode(t, &board)
	target := board.Targets[0]
	r := a.Send(t, "PUT", "/api/plan/targets/"+target.ID, "officer", fmt.Sprintf(`{"goal":%v,"owner":{"zh":"我方","en":"Ours"},"owner_id":%q,"kind":"reported","reason":"test"}`,
		target.Goal, a.Ours.ID), "If-Match", fmt.Sprintf("%q", strconv.FormatInt(target.Version, 10)))
	if r.Status != http.StatusOK {
		t.Fatalf("give the target away: %d %s", r.Status, r.Body)
	}
	at := "/api/plan/targets/" + target.ID
	milestone := a.make(t, at+"/milestones", "officer", `{"title":{"zh":"里程碑","en":"Milestone"},"due":"2024-06-30"}`)
	reminder := a.make(t, at+"/reminders", "officer", `{"note":"please report","due":"2024-06-30"}`)
	value := a.make(t, at+"/values", "reporter-ours", `{"value":7,"valid_at":"2024-06-01T00:00:00Z","note":"counted"}`)
	upload := a.Send(t, "POST", "/api/plan/evidence?name=proof.txt", "reporter-ours", "counted by hand", "Content-Type", "text/plain")
	var evidence created
	upload.Decode(t, &evidence)
	if upload.Status >= 300 {
		t.Fatalf("upload evidence: %d %s", upload.Status, upload.Body)
	}
	a.remarkFixtures(t, target.ID)
	made := askReport(t, a.City, "manager-ours", planID, "2024Q1", "zh")
	a.fixtures = append(a.fixtures,
		fixture{"/api/plan/plans/{id}", "/api/plan/plans/" + planID, false},
		fixture{"/api/plan/targets/{id}", at, false},
		fixture{"/api/plan/milestones/{id}", "/api/plan/milestones/" + milestone, false},
		fixture{"/api/plan/reminders/{id}", "/api/plan/reminders/" + reminder, false},
		fixture{"/api/plan/values/{id}", "/api/plan/values/" + value, false},
		fixture{"/api/plan/evidence/{id}", "/api/plan/evidence/" + evidence.ID, false},
		fixture{"/api/view/views/{id}", "/api/view/views/none", false},
		fixture{"/api/report/runs/{id}", "/api/report/runs/" + made.ID, false},
	)
}

// remarkFixtures comments on the target that "ours" owns.
func (a *access) remarkFixtures(t *testing.T, target string) {
	t.Helper()
	object := "/api/remark/objects/plan.target/" + target
	upload := a.Send(t, "POST", object+"/files?name=said.txt", "reporter-ours", "said with a comment", "Content-Type", "text/plain")
	var file created
	upload.Decode(t, &file)
	if upload.Status >= 300 {
		t.Fatalf("attach a file: %d %s", upload.Status, upload.Body)
	}
	comment := a.make(t, object+"/comments", "reporter-ours", fmt.Sprintf(`{"body":"between ourselves","files":[%q]}`, file.ID))
	a.fixtures = append(a.fixtures,
		fixture{"/api/remark/objects/{kind}/{id}", object, false},
		fixture{"/api/remark/comments/{id}", "/api/remark/comments/" + comment, false},
		fixture{"/api/remark/files/{id}", "/api/remark/files/" + file.ID, false},
	)
	a.private = append(a.private, comment, file.ID, "between ourselves")
}

// invitedOrganisation is one that the bureau invited to join.
func (a *access) invitedOrganisation(t *testing.T) string {
	t.Helper()
	r := a.Send(t, "POST", "/api/system/invitations/organisations", "officer", `{"organisations":[{"kind":"enterprise","name":{"zh":"受邀机构","en":""},"uscc":"91370212MAXN5TED70","district":"370212","email":"invited@city.test"}]}`)
	if r.Status != http.StatusOK {
		t.Fatalf("invite an organisation: %d %s", r.Status, r.Body)
	}
	var list struct{ Items []created }
	a.Get(t, "/api/system/invitations/organisations", "officer").Decode(t, &list)
	a.private = append(a.private, list.Items[0].ID, "受邀机构", "invited@city.test")
	return list.Items[0].ID
}

// registration applies for an organisation to join.
func (a *access) registration(t *testing.T) string {
	t.Helper()
	return a.make(t, "/api/system/registration", "", `{"kind":"enterprise","name":{"zh":"申请企业","en":"Applicant"},"uscc":"91350100M000100Y43","district":"370202",
		"contact_name":"张三","contact_phone":"0532-1234567","contact_email":"z@applicant.test","login":"applicant","password":"correct horse battery staple","language":"zh","consent":"2026-1"}`)
}
