-- What the filters of reports may name: départements and regions of the present registry.
SELECT arraySort(groupUniqArray(toString(department_code))) AS departments,
       arraySort(groupUniqArray(toString(region_code))) AS regions
FROM v_collectivity
