package kernel

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"linghang/kernel/identity"
)

// WithToken lets a command that drives the public API act with a token that
// the data directory issues for it and that is revoked when the command ends.
// address is where the configuration says the installation is.
func (h House) WithToken(cmd *cobra.Command, name string, permissions []string, act func(ctx context.Context, address, token string) error) error {
	var address, id, secret string
	err := commands{h}.withData(cmd, func(ctx context.Context, k *Kernel) error {
		if err := needSetUp(ctx); err != nil {
			return err
		}
		t, issued, err := k.directory.IssueToken(ctx, name, identity.From(ctx).Organisation.ID, permissions, 30*24*time.Hour)
		address, id, secret = k.Address(), t.ID, issued
		return err
	})
	if err != nil {
		return fmt.Errorf("issue a token: %w", err)
	}
	acted := act(cmd.Context(), address, secret)
	cmd.SetContext(context.WithoutCancel(cmd.Context()))
	revoked := commands{h}.withData(cmd, func(ctx context.Context, k *Kernel) error { return k.directory.RevokeToken(ctx, id) })
	if revoked != nil {
		revoked = fmt.Errorf("revoke the token: %w", revoked)
	}
	return errors.Join(acted, revoked)
}
