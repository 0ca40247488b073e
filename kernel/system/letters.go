package system

import (
	"context"
	"encoding/json"

	"linghang/kernel/httpd"
	"linghang/kernel/letter"
	"linghang/kernel/module"
)

// TopicLetters tells that a dead letter came, went or was decided upon.
const TopicLetters = "system.letters"

func (m *Room) letterRoutes() []module.Route {
	return []module.Route{
		{Pattern: "GET /dead-letters", Permission: "system.letter.view", Summary: "Deliveries of events that failed", Handler: httpd.List(m.letters.List)},
		{Pattern: "GET /dead-letters/{id}", Permission: "system.letter.view", Summary: "One failed delivery with the event in it", Handler: httpd.JSON(m.letter)},
		{Pattern: "POST /dead-letters/replay", Permission: "system.letter.decide", Summary: "Deliver again, one or many", Handler: httpd.JSON(m.replayLetters)},
		{Pattern: "POST /dead-letters/discard", Permission: "system.letter.decide", Summary: "Give up, one or many, with a reason", Handler: httpd.JSON(m.discardLetters)},
	}
}

type letterView struct {
	letter.Letter
	Data json.RawMessage `json:"data" doc:"The event as it was sent"`
}

func (m *Room) letter(ctx context.Context, in httpd.Object) (letterView, error) {
	l, data, err := m.letters.Read(ctx, in.ID)
	v := letterView{Letter: l, Data: json.RawMessage(data)}
	if err == nil && !json.Valid(v.Data) {
		v.Data, err = json.Marshal(data)
	}
	return v, err
}

type replayInput struct {
	Body struct {
		IDs []string `json:"ids" minItems:"1" maxItems:"500"`
	}
}

type discardInput struct {
	Body struct {
		IDs    []string `json:"ids" minItems:"1" maxItems:"500"`
		Reason string   `json:"reason" minLength:"2" maxLength:"500" doc:"Kept with the letter and in the audit log"`
	}
}

type decidedView struct {
	Count int `json:"count" doc:"How many of them were decided upon now"`
}

func (m *Room) replayLetters(ctx context.Context, in replayInput) (decidedView, error) {
	n, err := m.letters.Replay(ctx, in.Body.IDs)
	return decidedView{n}, err
}

func (m *Room) discardLetters(ctx context.Context, in discardInput) (decidedView, error) {
	n, err := m.letters.Discard(ctx, in.Body.IDs, in.Body.Reason)
	return decidedView{n}, err
}
