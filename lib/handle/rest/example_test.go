package rest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"linghang/lib/handle/rest"
	"linghang/lib/handle/server"
	"linghang/lib/handle/wire"
)

// A handler of one handle, asked as clients of Handle.Net ask.
func Example() {
	one := server.HandlerFunc(func(_ context.Context, req *server.Request, res *server.Response) {
		if req.Header.Op != wire.OpResolve || string(req.Query.Handle) != "88.101.5/T001" {
			res.Fail(wire.CodeNotFound, "")
			return
		}
		values := wire.Values{Handle: "88.101.5/T001", Values: []wire.Value{wire.Text(1, "URL", "http://a.example/T001")}}
		res.Code, res.Body = wire.CodeSuccess, values.Append(res.Body)
	})
	h, err := rest.New(rest.Options{Handler: one})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, path := range []string{"/api/handles/88.101.5/T001", "/api/handles/88.101.5/T002", "/88.101.5/T001"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, http.NoBody))
		body, _ := io.ReadAll(w.Body)
		if place := w.Header().Get("Location"); place != "" {
			body = []byte("to " + place)
		}
		fmt.Printf("%d %s\n", w.Code, body)
	}
	// Output:
	// 200 {"responseCode":1,"handle":"88.101.5/T001","values":[{"index":1,"type":"URL","data":{"format":"string","value":"http://a.example/T001"},"ttl":86400,"timestamp":"1970-01-01T00:00:00Z"}]}
	// 404 {"responseCode":100,"handle":"88.101.5/T002"}
	// 302 to http://a.example/T001
}
