#pragma once
/// \file
/// Ctrl-C, and what is left of a program after it: nothing.

namespace mp::interrupt {

/// SIGINT is passed on to the children, waits some seconds for them, kills what is left, says one line
/// and then ends the program as SIGINT would have. Where SIGINT is ignored or handled, it stays so.
void take_children_along();
/// In a child that was not forked: it does the same to its own children, in silence, and with less
/// patience than its parent, which would otherwise kill it before it could kill them. Forked children
/// become one by themselves.
void become_child();

/// The children to take along, by pidfd, at most 4,096. Safe against the handler at any moment.
void remember(int pidfd);
void forget(int pidfd);

}  // namespace mp::interrupt
