/*
 * lost.h - stores that have lost pages.
 */
#ifndef CLI_LOST_H
#define CLI_LOST_H

/*
 * From now on, reading a page of a file that has been cut short, or whose disk fails,
 * ends the command with CLI_FAILED and a word on which file it is. LMDB maps its files,
 * so that there is no error to return, but the signal SIGBUS.
 */
void lost_watch(void);

#endif
