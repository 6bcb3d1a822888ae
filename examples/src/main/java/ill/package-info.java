/// Programs that are ill, one each, for `./trale watch ill-NAME`: what the page says of them, and why, is in docs/ill.md.
package ill;
