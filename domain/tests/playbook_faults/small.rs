//! A small playbook without faults, to be spoilt one line at a time.

pub const SMALL: &str = r#"format: 1
name: {zh-CN: 小打法, en: Small}
limits:
  openings: 3
  response: 48h
subjects:
  deal:
    starts_on: [deal.created]
    by_hand: [supervisor]
    stages:
      - {code: asked, name: {zh-CN: 待办, en: Asked}, awaits: [deal.quotation_sent]}
      - {code: compared, name: {zh-CN: 比选, en: Compared}, awaits: [deal.signed]}
      - {code: won, name: {zh-CN: 成交, en: Won}, kind: won}
    fields:
      - {code: quotation, name: {zh-CN: 要报价, en: Quotation}, kind: tick}
      - code: band
        name: {zh-CN: 预算, en: Budget}
        kind: choice
        choices:
          - {code: small, name: {zh-CN: 小, en: Small}}
    moves:
      - to: compared
        when:
          - name: {zh-CN: 要报价, en: Asked for}
            if: subject.fields.quotation
      - {to: won, from: [compared], on: [deal.signed]}
  handover: {}
timers:
  - code: stalled
    name: {zh-CN: 停滞, en: Stalled}
    subject: deal
    opens: {stages: [asked, compared]}
    after: 48h
    fires:
      - {kind: todo, to: owner, text: stalled_todo}
    then:
      - {after: 24h, times: 2, fires: [{kind: card, to: director, text: stalled_todo}]}
  - code: quiet
    name: {zh-CN: 失联, en: Quiet}
    subject: deal
    opens: {on: [visit.counted]}
    closes: {on: [visit.counted]}
    after: 16h
    clock: working
    fires: [{kind: card, to: supervisor, text: stalled_todo}]
rules:
  - code: compared
    subject: deal
    enters: [compared]
    lists: [calls]
lists:
  - {code: calls, name: {zh-CN: 电话, en: Calls}, to: presales}
texts:
  stalled_todo:
    title: {zh-CN: "{subject}", en: "{subject}"}
    why: {zh-CN: 停了, en: Stalled}
    next: {zh-CN: 动起来, en: Move}
digest: {at: "08:30", to: [director]}
"#;
