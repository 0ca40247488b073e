package upward

import (
	"bytes"
	"context"
	"fmt"
	"net/http"

	"linghang/kernel/httpd"
	"linghang/kernel/module"
	"linghang/kernel/sqldb"
	"linghang/modules/security/internal/ferry"
)

// filePurpose is what files are signed for.
const filePurpose = "notice_files"

func (u *Upward) fileRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /uppers/{id}/files", Permission: maySee, Summary: "Signed files that were made for an upper level", Handler: httpd.List(u.listFiles)},
		{Pattern: "POST /uppers/{id}/files", Permission: mayRelease, Summary: "Make the next signed file of what waits for an upper level", Handler: httpd.JSON(u.makeFile)},
		{Pattern: "GET /upper-files/{id}", Permission: mayRelease, Sensitive: true, Summary: "A signed file, as often as it is needed", Handler: httpd.Raw("application/zip", http.HandlerFunc(u.serveFile))},
		{Pattern: "GET /upper-file-key", Permission: maySee, Summary: "The public key that files are signed with, which who takes them in has to trust", Handler: httpd.JSON(u.fileKey)},
	}
}

type upperFilesInput struct {
	httpd.Object
	sqldb.ListParams
}

func (u *Upward) listFiles(ctx context.Context, in upperFilesInput) (sqldb.Page[UpperFile], error) {
	none := sqldb.Page[UpperFile]{Items: []UpperFile{}}
	if err := cityOnly(ctx); err != nil {
		return none, err
	}
	if _, err := upperIn(ctx, u.store.db, in.ID); err != nil {
		return none, err
	}
	return u.store.files(ctx, in.ID, in.ListParams)
}

func (u *Upward) makeFile(ctx context.Context, in httpd.Object) (UpperFile, error) {
	if err := cityOnly(ctx); err != nil {
		return UpperFile{}, err
	}
	signer, err := u.kit.Seal.Signer(ctx, filePurpose)
	if err != nil {
		return UpperFile{}, fmt.Errorf("take the key of files: %w", err)
	}
	f, err := u.export(ctx, in.ID, signer)
	u.kit.Notify(topic, in.ID, "")
	return f, err
}

func (u *Upward) serveFile(w http.ResponseWriter, r *http.Request) {
	if err := u.sendFile(w, r); err != nil {
		httpd.Refuse(w, r, err)
	}
}

func (u *Upward) sendFile(w http.ResponseWriter, r *http.Request) error {
	if err := cityOnly(r.Context()); err != nil {
		return err
	}
	f, err := u.store.file(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	data, err := ferry.Write(f.signed, []byte(f.bundle), f.CreatedAt)
	if err != nil {
		return err //nolint:wrapcheck // it says all
	}
	if f.FetchedAt == nil {
		if err := u.store.fetched(r.Context(), f.ID, u.now()); err != nil {
			return err
		}
		u.kit.Notify(topic, f.ID, "")
	}
	httpd.ServeFile(w, fmt.Sprintf("notices-%s-%d.zip", f.ID[len(f.ID)-6:], f.Sequence), "application/zip", int64(len(data)), bytes.NewReader(data))
	return nil
}

// FileKey is the key that files are signed with.
type FileKey struct {
	Suite  string `json:"suite" enum:"international,guomi"`
	Public string `json:"public" doc:"PEM"`
}

type nothing struct{}

func (u *Upward) fileKey(ctx context.Context, _ nothing) (FileKey, error) {
	if err := cityOnly(ctx); err != nil {
		return FileKey{}, err
	}
	signer, err := u.kit.Seal.Signer(ctx, filePurpose)
	if err != nil {
		return FileKey{}, fmt.Errorf("take the key of files: %w", err)
	}
	return FileKey{signer.Key.Suite, signer.Key.Public}, nil
}
