/*
 * entry_nothing: the shortest program: what a start costs beside it is the starter's.
 */
int main(void)
{
    return 0;
}
