/** What the doors of alerts and rules say at the fields of forms. */
export const detection: Record<string, string> = {
  'within seven days, or have another person suppress it while it is': '七天以内；更久的，请另一人在压制期内再次压制',
  'looking, real, false_alarm or suppressed': '请选择核查中、属实、误报或压制',
  'say why; it stays with the alert': '请说明理由，将留在告警中',
  'until when, within the next 90 days': '请选择 90 天以内的期限',
  'alerts of one enterprise': '请选择同一企业的告警',
  'say why; it stays with the rule': '请说明理由，将留在规则中',
}
