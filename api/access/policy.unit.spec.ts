import { kinds } from '../../actors/registry';
import { commandsOf } from '../../actors/core/kind';
import { routes } from '../routes/all';
import {
  commandDemand,
  demandOn,
  eventDemand,
  isForKeys,
  kindDemand,
  permissions,
  permissionsOf,
  roles,
  type Permission,
} from './policy';

const may = (role: string): Permission[] => [...permissionsOf([role])].sort();
const beyond = (role: string, other: string): Permission[] =>
  may(role).filter((each) => !permissionsOf([other]).has(each));

describe('the policy', () => {
  it('says what each role may do', () => {
    expect(may('viewer')).toEqual([
      ...['actions:read', 'agents:read', 'approvals:read', 'events:read', 'hooks:read', 'kinds:read', 'locks:read'],
      ...['runbooks:read', 'runs:read', 'schedules:read', 'system:read'],
    ]);
    expect(beyond('operator', 'viewer')).toEqual([
      ...['agents:command', 'agents:configure', 'agents:create', 'agents:stop', 'hooks:write', 'locks:break'],
      ...['runbooks:write', 'runs:control', 'runs:start', 'schedules:write'],
    ]);
    expect(beyond('approver', 'viewer')).toEqual(['approvals:answer']);
    expect(beyond('auditor', 'viewer')).toEqual([
      ...['audit:read', 'codec:decode', 'evidence:export', 'evidence:verify', 'users:read'],
    ]);
    expect(may('admin')).toEqual([...permissions].sort());
    for (const role of roles) expect(beyond('viewer', role)).toEqual([]);
  });

  it('denies what it does not grant', () => {
    for (const role of ['', 'root', 'constructor', 'Admin', 'viewer ']) expect(may(role)).toEqual([]);
    expect(may('viewer')).not.toContain('audit:read');
    const ruling = ['policy:write', 'users:write', 'keys:write', 'evidence:govern'] as const;
    for (const role of roles.filter((each) => each !== 'admin'))
      for (const permission of ruling) expect(may(role)).not.toContain(permission);
  });

  it('adds up the roles of one who has several', () => {
    expect([...permissionsOf(['approver', 'operator'])].sort()).toEqual(
      [...new Set([...may('approver'), ...may('operator')])].sort(),
    );
  });

  it('is in use as a whole, but for what comes from other parts', () => {
    const demanded = new Set<string>(routes.map(({ permission }) => permission));
    const elsewhere = [
      'audit:read',
      'policy:write',
      'keys:write',
      'evidence:verify',
      'evidence:export',
      'codec:decode',
    ];
    expect(permissions.filter((each) => !demanded.has(each) && !elsewhere.includes(each))).toEqual([]);
  });

  it('demands for a command what its own call demands', () => {
    const demands = Object.fromEntries(
      kinds.flatMap((kind) =>
        Object.entries(commandsOf(kind))
          .filter(([, { internal }]) => !internal)
          .map(([type]) => [type, commandDemand(type)]),
      ),
    );
    expect(demands).toEqual({
      SetConfig: 'agents:configure',
      RollbackConfig: 'agents:configure',
      Stop: 'agents:stop',
      SetFlag: 'agents:command',
      RemoveFlag: 'agents:command',
      AcknowledgeIssue: 'agents:command',
      SnoozeIssue: 'agents:command',
      ForgetRejected: 'agents:command',
      Approve: 'approvals:answer',
      Deny: 'approvals:answer',
      Pause: 'runs:control',
      Resume: 'runs:control',
      Cancel: 'runs:control',
      RetryStep: 'runs:control',
      SkipStep: 'runs:control',
      Break: 'locks:break',
    });
    expect(commandDemand('constructor')).toBe('agents:command');
  });

  it("demands more of who deals with Ymera's own agents", () => {
    expect(demandOn('policy', 'agents:configure')).toBe('policy:write');
    expect(demandOn('policy', 'events:read')).toBe('audit:read');
    expect(demandOn('policy', 'agents:read')).toBe('agents:read');
    for (const id of ['edge']) {
      expect([demandOn(id, 'events:read'), demandOn(id, 'agents:read')]).toEqual(['audit:read', 'audit:read']);
    }
    for (const id of ['edges', 'policy-2', 'web']) expect(demandOn(id, 'events:read')).toBe('events:read');
    expect(eventDemand('ymera.policy.ConfigChanged')).toBe('audit:read');
    expect(eventDemand('ymera.edge.LoggedIn')).toBe('audit:read');
    expect(eventDemand('ymera.flags.FlagSet')).toBe('events:read');
    expect([kindDemand('edge'), kindDemand('flags'), kindDemand(undefined)]).toEqual([
      ...['audit:read', 'agents:read', 'agents:read'],
    ]);
  });

  it('lets no key make users or keys, and a limited one do nothing that reaches further', () => {
    expect(permissions.filter((each) => !isForKeys(each, false))).toEqual(['users:write', 'keys:write']);
    expect(permissions.filter((each) => !isForKeys(each, true))).toEqual([
      ...['approvals:read', 'schedules:read', 'hooks:read', 'locks:read', 'runbooks:write', 'schedules:write'],
      ...['hooks:write', 'locks:break', 'approvals:answer', 'audit:read', 'codec:decode', 'users:read'],
      ...['policy:write', 'users:write', 'keys:write', 'evidence:govern'],
    ]);
  });
});
