// Package notify is the kernel's room of notices (通知): it brings what rooms
// tell people to their inbox, by e-mail, and to channels of organisations.
//
// Words. A kind (通知类型) is declared by a room; a notice (通知) is of one kind
// and sent with a change (kernel/notice). The inbox (站内信) is what a person
// was told. A channel (通知渠道) is where an organisation is told: a signed
// webhook (Standard Webhooks 1.0), or the robot of a WeCom, DingTalk or Feishu
// group. A delivery (投递) is one message that leaves the house; a digest
// (摘要) is one e-mail with what came since the last.
//
// At least once, shown once. A notice is an event in the outbox of the change;
// here it becomes, in one transaction, rows of the inbox and deliveries. Repeats
// under the same key change nothing. A delivery is claimed by putting off when
// it is due next: a process that dies with it loses nothing, and another tries
// again under the same id, which receivers see as Message-ID and webhook-id.
// Failures are tried again ever more slowly for a day; what cannot succeed is
// failed at once, with the reason, for the administrators' list.
//
// Wishes. For each kind a person chooses inbox or not, and e-mail at once,
// daily or not; mandatory kinds stay as they were declared. E-mail waits for
// the end of the quiet hours, unless the kind is urgent. One digest goes out a
// day, after the hour that the person chose.
//
// Bounds. A notice names at most a thousand persons; a channel has at most a
// thousand waiting deliveries, further ones are dropped and say so; notices go
// after a year, deliveries after ninety days.
//
// Tables: notice, inbox, preference, wish, channel, delivery. Tells: nothing.
// Hears: notify.notice.sent of all rooms.
package notify
