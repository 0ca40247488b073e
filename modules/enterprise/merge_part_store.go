package enterprise

import (
	"context"

	"linghang/kernel/sqldb"
	"linghang/modules/enterprise/internal/attraction"
	"linghang/modules/enterprise/internal/diagnosis"
	"linghang/modules/enterprise/internal/service"
)

// follow moves what other parts of the room have of an entry to the survivor of a merge.
func follow(ctx context.Context, tx *sqldb.Tx, merge, other string, survivor Entry) error {
	if err := diagnosis.Follow(ctx, tx, merge, other, survivor.ID, survivor.OrganisationID); err != nil {
		return err
	}
	if err := attraction.Follow(ctx, tx, merge, other, survivor.ID); err != nil {
		return err
	}
	return service.Follow(ctx, tx, merge, other, survivor.ID)
}

// comeBack moves the same back when the merge is undone.
func comeBack(ctx context.Context, tx *sqldb.Tx, merge string, gone, survivor Entry) error {
	whose := gone.OrganisationID
	if whose == survivor.OrganisationID {
		whose = ""
	}
	if err := diagnosis.Return(ctx, tx, merge, gone.ID, survivor.ID, whose); err != nil {
		return err
	}
	if err := attraction.Return(ctx, tx, merge, gone.ID); err != nil {
		return err
	}
	return service.Return(ctx, tx, merge, gone.ID, survivor.ID)
}
