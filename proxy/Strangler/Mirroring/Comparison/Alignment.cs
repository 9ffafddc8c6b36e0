namespace Strangler.Mirroring.Comparison;

/// <summary>
/// Lays two lists beside each other, so that one item more or less is one difference and not one in every item after it: the longest common
/// subsequence, and what is left between its items in pairs.
/// </summary>
internal static class Alignment
{
    /// <summary>Larger lists are paired by place: the table grows with the product of the lengths.</summary>
    private const int LargestTable = 40_000;

    /// <summary>The pairs that are not the same, in order; a side is -1 where it has no item. Null when the items are the same in another order.</summary>
    public static List<(int Left, int Right)>? Of(int left, int right, Func<int, int, bool> same)
    {
        var start = 0;
        while (start < left && start < right && same(start, start)) start++;
        var (endLeft, endRight) = (left, right);
        while (endLeft > start && endRight > start && same(endLeft - 1, endRight - 1)) (endLeft, endRight) = (endLeft - 1, endRight - 1);
        var (height, width) = (endLeft - start, endRight - start);
        var pairs = new List<(int, int)>();
        if (height == 0 || width == 0 || (long)height * width > LargestTable)
        {
            Pair(pairs, start, endLeft, start, endRight);
            return pairs;
        }

        var alike = new bool[height, width];
        var length = new int[height + 1, width + 1];
        for (var i = height - 1; i >= 0; i--)
        {
            for (var j = width - 1; j >= 0; j--)
            {
                alike[i, j] = same(start + i, start + j);
                length[i, j] = alike[i, j] ? length[i + 1, j + 1] + 1 : Math.Max(length[i + 1, j], length[i, j + 1]);
            }
        }

        if (height == width && IsReordered(alike, height)) return null;
        var (x, y, fromX, fromY) = (0, 0, 0, 0);
        while (x < height && y < width)
        {
            if (alike[x, y])
            {
                Pair(pairs, start + fromX, start + x, start + fromY, start + y);
                (x, y) = (x + 1, y + 1);
                (fromX, fromY) = (x, y);
            }
            else if (length[x + 1, y] >= length[x, y + 1]) x++;
            else y++;
        }

        Pair(pairs, start + fromX, endLeft, start + fromY, endRight);
        return pairs;
    }

    private static void Pair(List<(int, int)> pairs, int left, int endLeft, int right, int endRight)
    {
        while (left < endLeft || right < endRight) pairs.Add((left < endLeft ? left++ : -1, right < endRight ? right++ : -1));
    }

    private static bool IsReordered(bool[,] alike, int count)
    {
        var taken = new bool[count];
        for (var i = 0; i < count; i++)
        {
            var found = -1;
            for (var j = 0; j < count && found < 0; j++) found = !taken[j] && alike[i, j] ? j : -1;
            if (found < 0) return false;
            taken[found] = true;
        }

        return true;
    }
}
