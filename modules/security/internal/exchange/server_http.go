package exchange

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"linghang/kernel/identity"
	"linghang/kernel/sqldb"
	"linghang/lib/stix"
	"linghang/lib/taxii"
)

// authorise gives what the door found out: who asks has the permission to read already.
func authorise(r *http.Request, a taxii.Action) (context.Context, error) {
	if a.Verb == taxii.VerbAdd && !identity.From(r.Context()).May(mayWrite) {
		return nil, taxii.Forbidden("this token may read and not write")
	}
	return r.Context(), nil
}

// Discovery implements taxii.Store.
func (e *Exchange) Discovery(ctx context.Context) (taxii.Discovery, error) {
	root, err := e.organisations.Root(ctx)
	if err != nil {
		return taxii.Discovery{}, fmt.Errorf("read the city: %w", err)
	}
	at := strings.TrimSuffix(e.kit.Address(), "/") + "/taxii2/" + rootName + "/"
	return taxii.Discovery{Title: root.Name.ZH, Description: root.Name.EN, Default: at, APIRoots: []string{at}}, nil
}

// Root implements taxii.Store.
func (e *Exchange) Root(_ context.Context, root string) (taxii.APIRoot, error) {
	if root != rootName {
		return taxii.APIRoot{}, taxii.NotFound("there is no such API root")
	}
	return taxii.APIRoot{Title: "工业信息安全", Description: "Industrial information security"}, nil
}

// Collections implements taxii.Store.
func (e *Exchange) Collections(ctx context.Context, root string) ([]taxii.Collection, error) {
	if _, err := e.Root(ctx, root); err != nil {
		return nil, err
	}
	id := identity.From(ctx)
	return []taxii.Collection{
		{ID: notices, Alias: noticesAlias, Title: "通报", Description: "Notices of the city, as far as TLP and addressees allow", CanRead: true, MediaTypes: []string{taxii.ObjectType}},
		{ID: sightings, Alias: sightingsAlias, Title: "情报目击", Description: "Where indicators were seen, as far as TLP and consent allow", CanRead: true, MediaTypes: []string{taxii.ObjectType}},
		{ID: inbox, Alias: inboxAlias, Title: "报送", Description: "What others tell the city; the city alone reads it", CanRead: id.May(maySee) && id.Scope.All, CanWrite: id.May(mayWrite), MediaTypes: []string{taxii.ObjectType}},
	}, nil
}

// Objects implements taxii.Store.
func (e *Exchange) Objects(ctx context.Context, at taxii.Place, q taxii.Query) (taxii.Page, error) {
	return e.store.objects(ctx, at.Collection, q)
}

// Sound refuses what is no object of STIX 2.1, or breaks a rule of it.
func (e *Exchange) Sound(ctx context.Context, raw []byte) error {
	o, err := taxii.ReadObject(raw)
	if err != nil {
		return fmt.Errorf("read as STIX 2.1: %w", err)
	}
	return e.check(ctx, taxii.Place{}, o)
}

// check refuses objects that break a rule of STIX, with the first one.
func (e *Exchange) check(_ context.Context, _ taxii.Place, o taxii.Object) error {
	parsed, err := stix.Parse(o.Raw)
	if err != nil {
		return fmt.Errorf("read as STIX 2.1: %w", err)
	}
	result := e.checker.Object(parsed)
	if result.Valid() {
		return nil
	}
	for _, f := range result.Findings {
		if !f.Should {
			return fmt.Errorf("%s (STIX 2.1 section %s, at %s)", f.Text, f.Section, f.Path)
		}
	}
	return nil
}

// Add implements taxii.Store: only the inbox is written by others.
func (e *Exchange) Add(ctx context.Context, at taxii.Place, objects []taxii.Object, failures []taxii.StatusDetail) (taxii.Status, error) {
	if at.Collection != inbox {
		return taxii.Status{}, taxii.Forbidden("the city alone writes this collection")
	}
	id, now := identity.From(ctx), e.Now()
	st := taxii.Status{ID: strings.TrimPrefix(string(stix.NewID("status")), "status--"), Status: taxii.StatusComplete, RequestTimestamp: taxii.Stamp(now), Failures: failures, FailureCount: len(failures)}
	for _, o := range objects {
		st.Successes = append(st.Successes, taxii.StatusDetail{ID: o.ID, Version: o.Version})
	}
	st.SuccessCount = len(st.Successes)
	st.TotalCount = st.SuccessCount + st.FailureCount
	err := e.kit.DB.Write(ctx, func(tx *sqldb.Tx) error {
		n, err := e.store.kept(ctx, tx, inbox, id.Organisation.ID)
		if err != nil {
			return err
		}
		if n+len(objects) > mostKept {
			return taxii.Unprocessable(fmt.Sprintf("the city keeps at most %d objects of one organisation; it has %d of yours", mostKept, n))
		}
		if _, err := e.store.add(ctx, tx, inbox, objects, by{id.Organisation.ID, id.Actor(), id.Name}, now); err != nil {
			return err
		}
		if err := e.tell(ctx, tx, id.Organisation.ID, objects); err != nil {
			return err
		}
		return e.store.keepStatus(ctx, tx, st, id.Organisation.ID, now)
	})
	return st, err
}

// tell lets others hear what was handed in.
func (e *Exchange) tell(ctx context.Context, tx *sqldb.Tx, organisation string, objects []taxii.Object) error {
	if e.handed == nil || len(objects) == 0 {
		return nil
	}
	list := make([][]byte, len(objects))
	for i, o := range objects {
		list[i] = o.Raw
	}
	return e.handed(ctx, tx, organisation, list)
}

// Delete implements taxii.Store: what was exchanged is not taken back; objects are revoked.
func (e *Exchange) Delete(context.Context, taxii.Place, string, taxii.Query) error {
	return taxii.Forbidden("objects are not deleted here; write a version that is revoked")
}

// Status implements taxii.Store.
func (e *Exchange) Status(ctx context.Context, root, id string) (taxii.Status, error) {
	if _, err := e.Root(ctx, root); err != nil {
		return taxii.Status{}, err
	}
	return e.store.status(ctx, id, identity.From(ctx).Organisation.ID)
}
