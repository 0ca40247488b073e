package exchange

import (
	"context"
	"net/http"
	"strings"
	"time"

	"linghang/kernel/fault"
	"linghang/kernel/httpd"
	"linghang/kernel/identity"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
)

// Routes are the doors.
func (e *Exchange) Routes() []module.Route {
	speak := httpd.Raw("application/taxii+json", http.HandlerFunc(e.speak))
	return []module.Route{
		{Pattern: "GET /taxii2/{path...}", Permission: mayRead, Basic: true, Sensitive: true, Summary: "TAXII 2.1: discovery at /taxii2/, and the API root /taxii2/city/", Handler: speak},
		{Pattern: "POST /taxii2/{path...}", Permission: mayRead, Basic: true, MaxBody: mostOctets, Summary: "TAXII 2.1: hand in objects of STIX 2.1 to the inbox", Handler: speak},
		{Pattern: "DELETE /taxii2/{path...}", Permission: mayRead, Basic: true, Summary: "TAXII 2.1: nothing is deleted; the answer says so", Handler: speak},
		{Pattern: "GET /exchange/inbox", Permission: maySee, Summary: "What was handed in by TAXII", Handler: httpd.List(e.listInbox)},
		{Pattern: "GET /exchange/inbox/{id}", Permission: maySee, Summary: "One object that was handed in, as it came", Handler: httpd.JSON(e.readReceived)},
		{Pattern: "GET /exchange/address", Permission: mayRead, Summary: "Where programs find TAXII", Handler: httpd.JSON(e.address)},
	}
}

// speak hands a request to the server of TAXII, which has its root at /taxii2.
func (e *Exchange) speak(w http.ResponseWriter, r *http.Request) {
	if rest, found := strings.CutPrefix(r.URL.Path, "/taxii2/"); found && rest != "" {
		inner := r.Clone(r.Context())
		inner.URL.Path = "/" + rest
		e.server.ServeHTTP(w, inner)
		return
	}
	e.server.ServeHTTP(w, r)
}

type nothing struct{}

// Where is where programs find TAXII.
type Where struct {
	Discovery string `json:"discovery"`
	Root      string `json:"root"`
	Notices   string `json:"notices" doc:"Collection"`
	Sightings string `json:"sightings" doc:"Collection"`
	Inbox     string `json:"inbox" doc:"Collection"`
}

func (e *Exchange) address(context.Context, nothing) (Where, error) {
	at := strings.TrimSuffix(e.kit.Address(), "/") + "/taxii2/"
	root := at + rootName + "/"
	return Where{at, root, root + "collections/" + notices + "/", root + "collections/" + sightings + "/", root + "collections/" + inbox + "/"}, nil
}

// Received is an object that was handed in.
type Received struct {
	ID             string    `json:"id" doc:"Position, which grows"`
	ObjectID       string    `json:"object_id" title:"对象编号|Object"`
	Type           string    `json:"type" title:"类型|Type"`
	Version        string    `json:"version" title:"版本|Version"`
	OrganisationID string    `json:"organisation_id"`
	By             string    `json:"by" title:"报送人|Handed in by"`
	ReceivedAt     time.Time `json:"received_at" title:"收到时间|Received"`
}

// ReceivedObject is an object that was handed in, as it came.
type ReceivedObject struct {
	Received
	Raw string `json:"raw" doc:"The object, octet for octet"`
}

type inboxParams struct {
	sqldb.ListParams
	Type string `query:"type" maxLength:"100"`
}

// forCity lets in who sees the whole city.
func forCity(ctx context.Context) error {
	if !identity.From(ctx).Scope.All {
		return fault.New(fault.Forbidden, "security.exchange.city", "what was handed in is for who sees the whole city")
	}
	return nil
}

func (e *Exchange) listInbox(ctx context.Context, in inboxParams) (sqldb.Page[Received], error) {
	if err := forCity(ctx); err != nil {
		return sqldb.Page[Received]{Items: []Received{}}, err
	}
	return e.store.received(ctx, in)
}

func (e *Exchange) readReceived(ctx context.Context, in httpd.Object) (ReceivedObject, error) {
	if err := forCity(ctx); err != nil {
		return ReceivedObject{}, err
	}
	return e.store.receivedOne(ctx, in.ID)
}
