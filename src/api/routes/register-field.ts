import Type from 'typebox';

/** A register by its OBIS code, or by the identifier of its protocol where it has none. */
export const registerField = Type.String({
  pattern: '^([0-9]{1,3}-[0-9]{1,3}:[0-9]{1,3}(\\.[0-9]{1,3}){2}(\\*[0-9]{1,3})?|[a-z0-9]{1,16}:[0-9A-Fa-f]{4,8})$',
  description: 'a register, as 1-0:1.8.0 or dlt645:00010000',
});
