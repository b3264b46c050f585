import { isEmail, IsString, Length, Matches, ValidateBy } from 'class-validator';

/** A letter, digit or sign: white space and invisible characters alone say nothing. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

/** As class-validator's `IsEmail`, which throws where half of a character stands alone. */
export const IsAddress = (): PropertyDecorator =>
  ValidateBy({
    name: 'isEmail',
    validator: {
      validate: (value) => typeof value === 'string' && !/\p{Cs}/u.test(value) && isEmail(value),
      defaultMessage: () => '$property must be an email',
    },
  });

/** Text with something in it besides white space. */
export const Words =
  (most: number): PropertyDecorator =>
  (target, property) => {
    IsString()(target, property);
    Length(1, most)(target, property);
    Matches(VISIBLE, { message: `${String(property)} must not be blank` })(target, property);
  };
