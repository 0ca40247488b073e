package taxii_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"

	"linghang/lib/taxii"
)

// shelf is a store of one collection that nobody writes.
type shelf []taxii.Entry

func (shelf) Discovery(context.Context) (taxii.Discovery, error) {
	return taxii.Discovery{Title: "City", Default: "/city/", APIRoots: []string{"/city/"}}, nil
}

func (shelf) Root(context.Context, string) (taxii.APIRoot, error) {
	return taxii.APIRoot{Title: "Responders"}, nil
}

func (shelf) Collections(context.Context, string) ([]taxii.Collection, error) {
	return []taxii.Collection{{ID: "91a7b528-80eb-42ed-a74d-c6fbd5a26116", Title: "Indicators", CanRead: true}}, nil
}

func (s shelf) Objects(_ context.Context, _ taxii.Place, q taxii.Query) (taxii.Page, error) {
	return taxii.Select(s, q)
}

func (shelf) Add(context.Context, taxii.Place, []taxii.Object, []taxii.StatusDetail) (taxii.Status, error) {
	return taxii.Status{}, taxii.Forbidden("nothing is taken here")
}

func (shelf) Delete(context.Context, taxii.Place, string, taxii.Query) error {
	return taxii.Forbidden("nothing is deleted here")
}

func (shelf) Status(context.Context, string, string) (taxii.Status, error) {
	return taxii.Status{}, taxii.NotFound("there is no such status")
}

// A store is served, and read by a client.
func Example() {
	object, err := taxii.ReadObject([]byte(`{"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	handler, err := taxii.NewServer(taxii.Options{
		Store: shelf{{Object: object, Position: 1}},
		Authorise: func(r *http.Request, _ taxii.Action) (context.Context, error) {
			if _, password, _ := r.BasicAuth(); password != "secret" {
				return nil, taxii.Unauthorized(`Basic realm="city"`, "a name and a password are needed")
			}
			return r.Context(), nil
		},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(handler)
	defer server.Close()
	client := taxii.Client{Sign: func(r *http.Request) error { r.SetBasicAuth("peer", "secret"); return nil }}
	found, err := client.Discover(context.Background(), server.URL+"/taxii2/")
	if err != nil {
		fmt.Println(err)
		return
	}
	collection, err := taxii.CollectionURL(found.Default, "91a7b528-80eb-42ed-a74d-c6fbd5a26116")
	if err != nil {
		fmt.Println(err)
		return
	}
	for o, err := range client.Objects(context.Background(), collection, taxii.Query{Types: []string{"ipv4-addr"}}) {
		fmt.Println(string(o.Raw), err)
	}
	// Output: {"type":"ipv4-addr","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"} <nil>
}
