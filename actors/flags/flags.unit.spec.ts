import { specify } from '../../tests/_util/decider-specification';
import { flags } from './flags';

const set = (key: string, value: unknown) => ({ type: 'SetFlag', data: { key, value } });

describe('flags', () => {
  const { given } = specify(flags, { max_flags: 2 });

  it('sets a flag and says what it was before', () => {
    given()
      .when(set('dark', true))
      .then({ type: 'FlagSet', data: { key: 'dark', value: true, previous: null } });
    given(set('dark', true))
      .when(set('dark', false))
      .then({ type: 'FlagSet', data: { key: 'dark', value: false, previous: true } });
  });

  it('does nothing where the flag has that value', () => {
    given(set('dark', 1)).when(set('dark', 1)).thenNothingHappened();
  });

  it('removes what is there and refuses what is not', () => {
    given(set('dark', 'x'))
      .when({ type: 'RemoveFlag', data: { key: 'dark' } })
      .then({ type: 'FlagRemoved', data: { key: 'dark', previous: 'x' } });
    given()
      .when({ type: 'RemoveFlag', data: { key: 'dark' } })
      .thenRefused('not_found');
  });

  it('holds no more than its config allows', () => {
    given(set('a', 1), set('b', 1)).when(set('c', 1)).thenRefused('limit_reached');
  });

  it('takes no inherited property for a flag', () => {
    given()
      .when({ type: 'RemoveFlag', data: { key: 'constructor' } })
      .thenRefused('not_found');
  });

  it.each([{ key: '' }, { key: '__proto__', value: 1 }, { key: 'a', value: null }, { key: 'a', value: 1, more: 1 }])(
    'refuses %j',
    (data) => {
      given().when({ type: 'SetFlag', data }).thenRefused('invalid_command');
    },
  );
});
