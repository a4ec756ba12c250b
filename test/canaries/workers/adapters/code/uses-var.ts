// refused by: eslint(no-var)
export var count = 1;
