// refused by: unicorn(prefer-node-protocol)
import "path";
