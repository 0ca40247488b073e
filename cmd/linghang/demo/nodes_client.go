package demo

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"

	"linghang/lib/handle/auth"
	"linghang/lib/handle/client"
	"linghang/lib/handle/hjson"
	"linghang/lib/handle/wire"
)

// demoKey administers the synthetic enterprise nodes over the protocol; it is
// forgotten with the process.
type demoKey struct {
	key    *rsa.PrivateKey
	public string // its record, base64
}

func newKey() (k demoKey, err error) {
	if k.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		return k, fmt.Errorf("make key: %w", err)
	}
	record, err := auth.EncodePublicKey(&k.key.PublicKey)
	if err != nil {
		return k, fmt.Errorf("encode key: %w", err)
	}
	k.public = base64.StdEncoding.EncodeToString(record)
	return k, nil
}

// register registers the identifiers of an enterprise node.
func (k demoKey) register(ctx context.Context, site wire.Site, prefix string) error {
	identity := auth.Identity{Reference: wire.Reference{Handle: wire.NA + prefix, Index: 300}, Key: k.key}
	c := client.New(client.Options{Root: []wire.Site{site}, Identity: &identity, KeepIdle: 1})
	defer func() { _ = c.Close() }()
	for n := range identifiersEach {
		handle := handleOf(prefix, n)
		values := []wire.Value{
			wire.Text(1, wire.TypeURL, "https://demo.example/"+handle),
			wire.Text(2, wire.TypeDescription, "合成数据，仅供演示。Synthetic data for demonstration only."),
		}
		if _, err := c.Create(ctx, handle, values, wire.FlagOverwrite); err != nil {
			return fmt.Errorf("register %s: %w", handle, err)
		}
	}
	return nil
}

// siteOf reads where a node is.
func (d *demo) siteOf(ctx context.Context, id string) (wire.Site, error) {
	var text json.RawMessage
	if err := d.api.call(ctx, http.MethodGet, "/api/identifier/nodes/"+id+"/siteinfo.json", nil, &text); err != nil {
		return wire.Site{}, fmt.Errorf("read where the root is: %w", err)
	}
	site, err := hjson.ParseSite(text)
	if err != nil {
		return wire.Site{}, fmt.Errorf("read where the root is: %w", err)
	}
	return site, nil
}

// asker resolves as a stranger does, from the root down.
type asker struct{ client *client.Client }

func newAsker(root wire.Site) asker {
	return asker{client.New(client.Options{Root: []wire.Site{root}, KeepIdle: 1})}
}

func (a asker) close() { _ = a.client.Close() }

func (a asker) resolve(ctx context.Context, handle string) error {
	_, err := a.client.Resolve(ctx, handle, client.Query{})
	return err //nolint:wrapcheck // it says all
}

func (a *asked) add(err error) {
	switch {
	case err == nil:
		a.found.Add(1)
	case client.CodeOf(err) == wire.CodeNotFound:
		a.missing.Add(1)
	default:
		a.failed.Add(1)
	}
}
