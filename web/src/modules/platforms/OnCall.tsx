import { PlusOutlined } from '@ant-design/icons'
import { Button, Card } from 'antd'
import { useState } from 'react'
import { Link, useNavigate, useSearchParams } from 'react-router'
import { EmptyState, Failure, Loading, PageHeader, PageTabs, PlainTable, StatusTag, useFormat, useMay, useSession, useText } from '../../kernel'
import { Policies } from './Policies'
import { RotaForm } from './RotaForm'
import { useRotas, type OnDuty, type RotaRow } from './rotas'
import { usePlatformTexts } from './texts'

/** Who is on duty, and what follows when nobody takes care of an alert. */
export default function OnCall() {
  const t = usePlatformTexts()
  const may = useMay()
  const { organisation } = useSession()
  const [params, setParams] = useSearchParams()
  const tabs = [{ key: 'rotas', label: t('duty.rotas'), children: <Rotas /> }]
  if (may('platforms.alert.rules') && organisation.kind === 'bureau') tabs.push({ key: 'policies', label: t('duty.policies'), children: <Policies /> })
  return (
    <div className="lh-stack">
      <PageHeader title={t('duty.title')} note={t('duty.note')} />
      <Card size="small"><PageTabs label={t('duty.title')} active={params.get('tab') ?? 'rotas'} change={(tab) => setParams(tab === 'rotas' ? {} : { tab }, { replace: true })} items={tabs} /></Card>
    </div>
  )
}

function Rotas() {
  const t = usePlatformTexts()
  const text = useText()
  const f = useFormat()
  const may = useMay()
  const go = useNavigate()
  const rotas = useRotas()
  const [making, make] = useState(false)
  const edits = may('platforms.alert.edit')
  if (rotas.error) return <Failure problem={rotas.error} retry={() => void rotas.refetch()} />
  if (!rotas.data) return <Loading />
  const add = edits && <Button type="primary" icon={<PlusOutlined />} onClick={() => make(true)}>{t('duty.newRota')}</Button>
  return (
    <>
      {rotas.data.items.length === 0 ? <EmptyState title={t('duty.none')} note={t(edits ? 'duty.noneHow' : 'duty.noneView')} action={add} /> : (
        <div className="lh-stack">
          {add && <div className="lh-bar">{add}</div>}
          <PlainTable<RotaRow>
            label={t('duty.rotas')}
            rowKey="id"
            dataSource={rotas.data.items}
            columns={[
              { key: 'name', title: t('duty.rota'), render: (_, r) => <Link to={`/platforms/on-call/${r.id}`}>{text(r.name)}</Link> },
              { key: 'now', title: t('duty.now'), render: (_, r) => <Now on={r.now} /> },
              { key: 'of', title: t('duty.organisation'), responsive: ['sm'], render: (_, r) => text(r.organisation.name) },
              { key: 'layers', title: t('duty.layers'), align: 'right', responsive: ['md'], render: (_, r) => <span className="lh-number">{f.number(r.layers.length)}</span> },
              { key: 'zone', title: t('duty.zone'), responsive: ['lg'], render: (_, r) => r.zone },
            ]}
          />
        </div>
      )}
      <RotaForm open={making} close={() => make(false)} made={(id) => void go(`/platforms/on-call/${id}`)} />
    </>
  )
}

/** Who is on duty now, or that nobody is. */
export function Now({ on }: { on: OnDuty }) {
  const t = usePlatformTexts()
  if (on.gap === 'nobody') return <StatusTag tone="bad">{t('duty.gap')}</StatusTag>
  return (
    <>
      {on.person.name}{on.override && <> <StatusTag tone="info">{t('duty.override')}</StatusTag></>}{on.gap && <> <StatusTag tone="bad">{t('duty.gaps.unable')}</StatusTag></>}
    </>
  )
}
