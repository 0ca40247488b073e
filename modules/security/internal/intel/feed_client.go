package intel

import (
	"context"
	"fmt"

	"linghang/lib/taxii"
	"linghang/modules/security/internal/peer"
)

// readPage reads a page of a feed; an error is a peer.Error.
func readPage(ctx context.Context, d peer.Door, q taxii.Query) (taxii.Fetched, error) {
	got, err := d.Page(ctx, d.Collection, q)
	if err != nil {
		return got, peer.Classed(err)
	}
	if len(got.Objects) > mostOfPage {
		return got, &peer.Error{Class: peer.FaultAnswer, Text: fmt.Sprintf("a page has %d objects, where %d were asked for", len(got.Objects), pageLimit)}
	}
	if len(got.Objects) > 0 && got.Last.IsZero() {
		return got, &peer.Error{Class: peer.FaultAnswer, Text: "the server does not say when objects were added (X-TAXII-Date-Added-Last)"}
	}
	return got, nil
}
