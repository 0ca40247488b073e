package enterprise

import (
	"context"
	"fmt"

	"linghang/kernel/identity"
	"linghang/kernel/lang"
	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/service"
)

// servedEntries is the directory as the count of services asks it.
type servedEntries struct{ entryStore }

const servedColumns = `e.id, e.code, e.name_zh, e.name_en, e.district, e.industry, e.organisation_id, e.synthetic`

func scanServed(r sqldb.Row) (e service.Enterprise, err error) {
	err = r.Scan(&e.ID, &e.Code, &e.Name.ZH, &e.Name.EN, &e.District, &e.Industry, &e.OrganisationID, &e.Synthetic)
	return e, err
}

// Own implements service.Directory.
func (s servedEntries) Own(ctx context.Context) ([]service.Enterprise, error) {
	own, err := s.entryStore.Own(ctx)
	list := make([]service.Enterprise, len(own))
	for i, e := range own {
		list[i] = service.Enterprise{ID: e.ID, Name: e.Name, District: e.District, Industry: e.Industry, OrganisationID: e.OrganisationID, Synthetic: e.Synthetic}
	}
	return list, err
}

// ByCodes implements service.Directory. Few codes are those of merged entries, which are
// followed one by one.
func (s servedEntries) ByCodes(ctx context.Context, codes []string) (map[string]service.Enterprise, error) {
	found := make(map[string]service.Enterprise, len(codes))
	for rest := codes; len(rest) > 0; {
		batch := rest[:min(len(rest), rowsAtOnce)]
		rest = rest[len(batch):]
		list, err := s.served(ctx, "e.code", batch)
		if err != nil {
			return nil, err
		}
		for _, x := range list {
			found[x.Code] = x
		}
	}
	for _, code := range codes {
		if _, ok := found[code]; ok {
			continue
		}
		x, ok, err := s.survivor(ctx, code)
		if err != nil {
			return nil, err
		}
		if ok {
			found[code] = x
		}
	}
	return found, nil
}

// survivor returns the accepted enterprise that the code of a merged one leads to.
func (s servedEntries) survivor(ctx context.Context, code string) (e service.Enterprise, ok bool, err error) {
	_, known, err := s.byCode(ctx, code)
	if err != nil || !known {
		return e, false, err
	}
	id, err := s.resolve(ctx, code)
	if err != nil {
		return e, false, err
	}
	list, err := s.served(ctx, "e.id", []string{id})
	if err != nil || len(list) == 0 {
		return e, false, err
	}
	return list[0], true, nil
}

func (s servedEntries) served(ctx context.Context, column string, values []string) ([]service.Enterprise, error) {
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	rows, err := s.db.Query(ctx, `SELECT `+servedColumns+` FROM entry e WHERE e.status = 'accepted' AND `+column+` IN (`+places(len(args))+`)`, args...)
	if err != nil {
		return nil, fmt.Errorf("read enterprises that were served: %w", err)
	}
	return sqldb.All(rows, scanServed)
}

// ByIDs implements service.Directory.
func (s servedEntries) ByIDs(ctx context.Context, ids []string) (map[string]service.Enterprise, error) {
	found := make(map[string]service.Enterprise, len(ids))
	for len(ids) > 0 {
		batch := ids[:min(len(ids), rowsAtOnce)]
		ids = ids[len(batch):]
		list, err := s.served(ctx, "e.id", batch)
		if err != nil {
			return nil, err
		}
		for _, e := range list {
			found[e.ID] = e
		}
	}
	return found, nil
}

// Of implements service.Directory.
func (s servedEntries) Of(ctx context.Context, o identity.Organisation) (e service.Enterprise, ok bool, err error) {
	if o.USCC != "" {
		found, err := s.ByCodes(ctx, []string{o.USCC})
		e, ok = found[o.USCC]
		if err != nil || ok {
			return e, ok, err
		}
	}
	list, err := s.served(ctx, "e.organisation_id", []string{o.ID})
	if err != nil || len(list) != 1 {
		return e, false, err
	}
	return list[0], true, nil
}

// Title implements service.Directory.
func (servedEntries) Title(kind, code string) lang.Text {
	if kind == "district" {
		return titleOf(districts(), code)
	}
	return titleOf(industries(), code)
}
