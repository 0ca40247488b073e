package probe

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"linghang/modules/security/internal/batch"
)

// next returns the batch that is to be sent next, records before logs and those before aggregates.
func (s *Spool) next() (w waiting, body []byte, found bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stream := range batch.Streams() {
		if len(s.list[stream]) == 0 {
			continue
		}
		w = s.list[stream][0]
		body, err = os.ReadFile(filepath.Join(s.dir, w.name()))
		if err != nil {
			return w, nil, false, fmt.Errorf("read a batch: %w", err)
		}
		s.sends = w
		return w, body, true, nil
	}
	return w, nil, false, nil
}

// sent forgets a batch that the city has.
func (s *Spool) sent(w waiting) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sends = waiting{}
	if i := slices.Index(s.list[w.stream], w); i >= 0 {
		return s.drop(w.stream, i)
	}
	return nil
}

// kept says that a batch goes on waiting.
func (s *Spool) kept() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sends = waiting{}
}

// refused puts a batch aside that the city will never take, with its answer, and counts
// it, once. On a full disk it is counted, and not put aside.
func (s *Spool) refused(w waiting, body, answer []byte) error {
	if err := s.aside(w, body, answer); err != nil && !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sends = waiting{}
	i := slices.Index(s.list[w.stream], w)
	if i < 0 {
		return nil
	}
	s.at.Base.Refused++
	return s.forgo(w.stream, i)
}

// aside keeps what was refused for people to look at, the last of them.
func (s *Spool) aside(w waiting, body, answer []byte) error {
	name := filepath.Join(s.dir, "refused", fmt.Sprintf("%s-%020d", w.stream, w.sequence))
	if err := errors.Join(s.put(name+".json", body), s.put(name+".answer.json", answer)); err != nil {
		return err
	}
	entries, err := os.ReadDir(filepath.Join(s.dir, "refused"))
	if err != nil {
		return fmt.Errorf("read what was refused: %w", err)
	}
	for len(entries) > 2*mostRefused {
		if err := os.Remove(filepath.Join(s.dir, "refused", entries[0].Name())); err != nil {
			return fmt.Errorf("forget what was refused: %w", err)
		}
		entries = entries[1:]
	}
	return nil
}
